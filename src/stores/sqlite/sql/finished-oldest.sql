-- ?1 queue, ?2 state, ?3 at most so many. By `finished_place`.
SELECT rid, finished_at FROM finished WHERE queue = ?1 AND state = ?2 ORDER BY place LIMIT ?3
