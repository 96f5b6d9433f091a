-- What happened, per minute since the epoch and queue.

-- name: read
-- ?1 first minute, ?2 name of a queue or null for all.
SELECT minute, sum(added), sum(completed), sum(failed), sum(crashed), sum(dead)
FROM activity
WHERE minute >= ?1 AND (?2 IS NULL OR queue = (SELECT qid FROM queue WHERE name = ?2))
GROUP BY minute
ORDER BY minute

-- name: count
-- ?1 minute, ?2 queue, ?3 to ?7 added, completed, failed, crashed, dead. One write per queue and transaction.
INSERT INTO activity VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (minute, queue) DO UPDATE
SET added = added + excluded.added, completed = completed + excluded.completed, failed = failed + excluded.failed,
  crashed = crashed + excluded.crashed, dead = dead + excluded.dead

-- name: forget
-- ?1 first minute that is kept.
DELETE FROM activity WHERE minute < ?1
