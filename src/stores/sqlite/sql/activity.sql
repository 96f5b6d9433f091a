-- What happened, per minute since the epoch and queue.

-- name: read
-- ?1 first minute, ?2 names of queues as a JSON list. CROSS JOIN says the order: queue by queue, whatever others have done. Sorts
-- the minutes of these queues, and their names.
SELECT minute, sum(added), sum(completed), sum(failed), sum(crashed), sum(dead), sum(unhandled)
FROM (SELECT DISTINCT qid AS wanted FROM json_each(?2) CROSS JOIN queue ON name = value)
CROSS JOIN activity INDEXED BY activity_queue ON queue = wanted AND minute >= ?1
GROUP BY minute
ORDER BY minute

-- name: count
-- ?1 minute, ?2 queue, ?3 to ?8 added, completed, failed, crashed, dead, unhandled. One write per queue and transaction.
INSERT INTO activity VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (minute, queue) DO UPDATE
SET added = added + excluded.added, completed = completed + excluded.completed, failed = failed + excluded.failed,
  crashed = crashed + excluded.crashed, dead = dead + excluded.dead,
  unhandled = unhandled + excluded.unhandled

-- name: forget
-- ?1 first minute that is kept.
DELETE FROM activity WHERE minute < ?1
