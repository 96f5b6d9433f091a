-- Queues on the list that were dated more than a day ago, the longest first. KEYS: list. ARGV: shift, how many at most.
-- include: time
return call('ZRANGEBYSCORE', KEYS[1], '-inf', now - 86400000, 'LIMIT', 0, ARGV[2])
