-- Tasks as people see them: one by one, and the ways to walk them, newest first.

-- name: view
-- ?1 row id. A lease is looked for only when no other table has the task, because that is a scan.
-- Numbers are cut to those of JavaScript, or one spoiled record would hide every page that it is on.
SELECT
  t.rid, t.id, t.queue, q.name, t.type,
  min(max(t.rank, 0), ${MAX_INTEGER}),
  min(max(t.created_at, 0), ${MAX_INTEGER}),
  min(max(t.run_at, 0), ${MAX_INTEGER}),
  min(max(t.failures, 0), ${MAX_INTEGER}),
  min(max(t.crashes, 0), ${MAX_INTEGER}),
  t.key,
  CASE
    WHEN r.rid IS NOT NULL THEN ${READY_STATE}
    WHEN d.rid IS NOT NULL THEN d.state
    WHEN f.rid IS NOT NULL THEN f.state
    WHEN l.rid IS NOT NULL THEN ${LEASE_STATE}
  END,
  l.token, l.worker, l.started_at, l.until, l.cancel,
  f.finished_at, f.reason, x.error, x.attempts, x.result, t.settings, t.payload,
  min(max(t.put_back_at, 0), ${MAX_INTEGER})
FROM task AS t
JOIN queue AS q ON q.qid = t.queue
LEFT JOIN ready AS r ON r.queue = t.queue AND r.rank = t.rank AND r.rid = t.rid
LEFT JOIN due AS d ON d.rid = t.rid
LEFT JOIN finished AS f ON f.state IN (${FINISHED_STATES}) AND f.rid = t.rid
LEFT JOIN lease AS l ON l.token = CASE
    WHEN r.rid IS NULL AND d.rid IS NULL AND f.rid IS NULL THEN (SELECT token FROM lease WHERE rid = t.rid)
  END
LEFT JOIN detail AS x ON x.rid = t.rid
WHERE t.rid = ?1

-- name: fits
-- ?1 row id, ?2 queue, ?3 type, ?4 created from, ?5 created before, ?6 a part of the payload; each may be null.
-- Answers a row if all but the text fit: whether that fits, too, and how many bytes had to be looked at for it.
SELECT
  ?6 IS NULL OR instr(payload, ?6) > 0,
  iif(?6 IS NULL, 0, octet_length(payload))
FROM task
WHERE rid = ?1 AND (?2 IS NULL OR queue = ?2) AND (?3 IS NULL OR type = ?3)
  AND (?4 IS NULL OR created_at >= ?4) AND (?5 IS NULL OR created_at < ?5)

-- name: walkAll
-- ?1 before this row id.
SELECT rid FROM task WHERE rid < ?1 ORDER BY rid DESC

-- name: walkReady
-- ?1 before this row id. By the tasks, for a store in which much is pending: it soon meets enough of them.
SELECT t.rid FROM task AS t
WHERE t.rid < ?1 AND EXISTS (SELECT 1 FROM ready AS r WHERE r.queue = t.queue AND r.rank = t.rank AND r.rid = t.rid)
ORDER BY t.rid DESC

-- name: walkFewReady
-- ?1 before this row id. A scan and a sort, for a store in which little is pending among many that are not.
SELECT rid FROM ready WHERE rid < ?1 ORDER BY rid DESC

-- name: walkDue
-- ?1 before this row id, ?2 state.
SELECT rid FROM due WHERE rid < ?1 AND state = ?2 ORDER BY rid DESC

-- name: walkLeases
-- ?1 before this row id. A scan and a sort of the leases, which are few.
SELECT rid FROM lease WHERE rid < ?1 ORDER BY rid DESC

-- name: walkFinished
-- ?1 before this row id, ?2 state. By the primary key.
SELECT rid FROM finished WHERE state = ?2 AND rid < ?1 ORDER BY rid DESC
