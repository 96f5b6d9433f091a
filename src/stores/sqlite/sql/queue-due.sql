-- ?1 queue. The left end of `due_at`, cut to what JavaScript can count (2^53 - 1).
SELECT min(at, 9007199254740991) FROM due WHERE queue = ?1 ORDER BY at LIMIT 1
