-- ?1 name. All that a claim has to know of a queue: one row, and the left end of `due_at`.
SELECT qid, paused, pending, (SELECT min(at) FROM due WHERE queue = qid) FROM queue WHERE name = ?1
