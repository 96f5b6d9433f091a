-- A paused queue is not claimed from. Makes the queue known. The first write is one that a full Redis allows.
-- KEYS: meta. ARGV: shift.
redis.call('HDEL', KEYS[1], 'unlisted')
redis.call('HSET', KEYS[1], 'paused', 1)
return redis.call('HSETNX', KEYS[1], 'priorities', '')
