-- ?1 queue, ?2 now, ?3 at most so many. By `due_at`; those of one instant in the order of adding.
SELECT rid, state FROM due WHERE queue = ?1 AND at <= ?2 ORDER BY at, rid LIMIT ?3
