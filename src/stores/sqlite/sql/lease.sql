-- Running tasks: who has the right to run them, and until when.

-- name: claim
-- ?1 queue, ?2 at most so many, ?3 worker, ?4 wall clock, ?5 deadline in store time.
-- The tokens come out in a row, in the order of `ready`: the last one and the number of changes tell them all.
INSERT INTO lease (rid, queue, worker, started_at, until)
SELECT rid, queue, ?3, ?4, ?5 FROM ready WHERE queue = ?1 ORDER BY rank LIMIT ?2

-- name: claimed
-- ?1 to ?2 tokens. LEFT: a lease whose task is gone must be seen, to be dropped.
SELECT t.id, t.type, t.payload, t.rank, t.created_at, t.run_at, t.failures, t.crashes, t.settings, t.put_back_at
FROM lease AS l
LEFT JOIN task AS t ON t.rid = l.rid
WHERE l.token BETWEEN ?1 AND ?2
ORDER BY l.token

-- name: held
-- ?1 to ?2 tokens. The last column adds up: 1 a key, 2 asked to cancel, 4 details.
SELECT l.token, l.rid, l.queue, t.id, (t.key IS NOT NULL) + 2 * (l.cancel = 1) + 4 * (t.has_detail <> 0)
FROM lease AS l
JOIN task AS t ON t.rid = l.rid
WHERE l.token BETWEEN ?1 AND ?2

-- name: attempt
-- ?1 token. What a failure needs to know besides. Spoiled numbers are cut to those of JavaScript: they must not stop
-- the settlements that came in the same call.
SELECT
  l.worker,
  min(max(l.started_at, 0), ${MAX_INTEGER}),
  min(max(t.failures, 0), ${MAX_INTEGER}),
  min(max(t.crashes, 0), ${MAX_INTEGER}),
  t.settings,
  d.attempts
FROM lease AS l
JOIN task AS t ON t.rid = l.rid
LEFT JOIN detail AS d ON d.rid = l.rid
WHERE l.token = ?1

-- name: ofWorker
-- ?1 worker, ?2 queue. A scan of the leases, after a lost reply only.
SELECT token FROM lease WHERE worker = ?1 AND queue = ?2 ORDER BY token

-- name: expired
-- ?1 store time, ?2 at most so many. A scan of the leases: there are as many as attempts run at once.
SELECT token FROM lease WHERE until <= ?1 ORDER BY queue, token LIMIT ?2

-- name: extend
-- ?1 token, ?2 id, ?3 name of the queue, ?4 new deadline in store time. Token, task and queue must all be those of one lease.
UPDATE lease SET until = ?4
WHERE token = ?1
  AND EXISTS (SELECT 1 FROM task WHERE task.rid = lease.rid AND id = ?2)
  AND queue = (SELECT qid FROM queue WHERE name = ?3)
RETURNING cancel

-- name: cancel
-- ?1 token. The worker hears of it when it extends.
UPDATE lease SET cancel = 1 WHERE token = ?1

-- name: task
-- ?1 token.
SELECT rid FROM lease WHERE token = ?1

-- name: drop
-- ?1 to ?2 tokens.
DELETE FROM lease WHERE token BETWEEN ?1 AND ?2

-- name: dropDangling
-- ?1 token. Drops a lease whose task is gone, and answers its queue, for the count.
DELETE FROM lease
WHERE token = ?1 AND NOT EXISTS (SELECT 1 FROM task WHERE task.rid = lease.rid)
RETURNING queue
