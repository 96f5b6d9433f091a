-- ?1 name. All that a claim has to know of a queue: one row, and the left end of `due_at`.
SELECT
  qid, paused, pending,
  (SELECT min(at, 9007199254740991) FROM due WHERE queue = qid ORDER BY at LIMIT 1)
FROM queue
WHERE name = ?1
