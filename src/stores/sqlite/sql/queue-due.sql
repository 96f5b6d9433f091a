-- ?1 queue. The left end of `due_at`.
SELECT min(at) FROM due WHERE queue = ?1
