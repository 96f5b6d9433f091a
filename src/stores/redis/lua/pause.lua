-- A paused queue is not claimed from. Makes the queue known.
-- KEYS: meta. ARGV: shift.
redis.call('HSET', KEYS[1], 'paused', 1)
redis.call('HDEL', KEYS[1], 'hidden')
return redis.call('HSETNX', KEYS[1], 'levels', '')
