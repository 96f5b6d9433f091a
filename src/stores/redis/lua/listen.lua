-- A new listener: the next task is announced to it, whatever the last claimer found.
-- KEYS: meta. ARGV: shift.
return redis.call('HSET', KEYS[1], 'idle', 1)
