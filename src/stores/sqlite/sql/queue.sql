-- Queues with their counts. Rows are made once and never deleted: see the migration.

-- name: find
-- ?1 name.
SELECT qid FROM queue WHERE name = ?1

-- name: name
-- ?1 queue.
SELECT name FROM queue WHERE qid = ?1

-- name: make
-- ?1 name.
INSERT INTO queue (name) VALUES (?1) RETURNING qid

-- name: list
-- ?1 queue. Writes only when it changes something: most calls find the queue listed.
UPDATE queue SET listed = 1 WHERE qid = ?1 AND listed = 0

-- name: unlist
-- ?1 queue. After a purge: a queue that is empty and not paused is no longer listed; its keys and its past stay.
UPDATE queue SET listed = 0
WHERE qid = ?1 AND paused = 0 AND ${ALL_COUNTED} = 0

-- name: count
-- ?1 queue, from ?2 on what to add to the count of each state and then to the total of each event. One write per queue and transaction, whatever
-- happened in it.
UPDATE queue
SET ${COUNT_EACH}
WHERE qid = ?1
RETURNING name, pending, paused

-- name: notify
-- ?1 queue. Tells the workers of other processes which queue the notification was for.
UPDATE queue SET notifications = notifications + 1 WHERE qid = ?1 RETURNING name, notifications

-- name: notifications
-- All of them: there are few queues, and notifications are rare.
SELECT name, notifications FROM queue

-- name: forClaim
-- ?1 name. All that a claim has to know of a queue: one row, and what falls due first by either clock (see due.first).
SELECT
  qid, paused, pending,
  (SELECT min(at, ${MAX_INTEGER}) FROM due WHERE queue = qid AND wall = 0 ORDER BY at LIMIT 1),
  (SELECT min(at, ${MAX_INTEGER}) FROM due WHERE queue = qid AND wall = 1 ORDER BY at LIMIT 1)
FROM queue
WHERE name = ?1

-- name: forMaintenance
-- In the order in which they were made: what waits for its time, and the counts of what has ended, state by state.
SELECT qid, ${DUE_COUNTED}, ${FINISHED_COUNTS} FROM queue ORDER BY qid

-- name: maintainable
-- ?1 store time, ?2 first minute that is kept, ?3 wall clock. 1 if there is a lease that ran out, a task that fell due, a key whose
-- window closed or an old minute. Reads only, so that an idle store is not written to.
SELECT
  EXISTS (SELECT 1 FROM lease WHERE until <= ?1)
  OR EXISTS (SELECT 1 FROM queue WHERE EXISTS (SELECT 1 FROM due WHERE queue = qid AND wall = 0 AND at <= ?1))
  OR EXISTS (SELECT 1 FROM queue WHERE EXISTS (SELECT 1 FROM due WHERE queue = qid AND wall = 1 AND at <= ?3))
  OR EXISTS (SELECT 1 FROM key WHERE live = 0 AND until <= ?1)
  OR EXISTS (SELECT 1 FROM activity WHERE minute < ?2)

-- name: infos
-- ?1 to ?2 names, ?3 one that is left out, ?4 how many at most. With the `run_at` of the task that would be claimed first, which is the left end of the queue's part of
-- `ready`; then the counts, state by state, and the totals, event by event.
SELECT
  name, paused,
  (
    SELECT min(max(t.run_at, 0), ${MAX_INTEGER})
    FROM ready AS r JOIN task AS t ON t.rid = r.rid
    WHERE r.queue = qid ORDER BY r.rank LIMIT 1
  ),
  ${COUNTS}, ${TOTALS}
FROM queue
WHERE name BETWEEN ?1 AND ?2 AND name <> ?3 AND listed = 1
ORDER BY name
LIMIT ?4

-- name: pendingTotal
-- From the counts.
SELECT total(pending) FROM queue

-- name: pause
-- ?1 queue.
UPDATE queue SET paused = 1 WHERE qid = ?1

-- name: resume
-- ?1 name. Answers nothing for a queue that is unknown or not paused: then nobody has to be woken.
UPDATE queue SET paused = 0 WHERE name = ?1 AND paused = 1 RETURNING qid, pending
