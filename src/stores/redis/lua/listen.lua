-- A new listener: the next task is announced to it, whatever the last claimer found. The first write is one that a full
-- Redis allows: a worker that starts now is what it needs.
-- KEYS: meta. ARGV: shift.
redis.call('HDEL', KEYS[1], '')
return redis.call('HSET', KEYS[1], 'idle', 1)
