-- ?1 queue, ?2 at most so many, ?3 worker, ?4 now, ?5 deadline.
-- The tokens come out in a row, in the order of `ready`: the last one and the number of changes tell them all.
INSERT INTO lease (rid, queue, worker, started_at, until)
SELECT rid, queue, ?3, ?4, ?5 FROM ready WHERE queue = ?1 ORDER BY rank LIMIT ?2
