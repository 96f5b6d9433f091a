-- Tasks that wait for their time.

-- name: addRange
-- ?1 to ?2 row ids, ?3 state, ?4 what takes their instants to the clock that they are for, ?5 1 if that is the wall clock.
INSERT INTO due SELECT rid, ?3, queue, run_at + ?4, ?5 FROM task WHERE rid BETWEEN ?1 AND ?2

-- name: put
-- ?1 task, ?2 state, ?3 when, ?4 1 if by the wall clock.
INSERT INTO due SELECT rid, ?2, queue, ?3, ?4 FROM task WHERE rid = ?1

-- name: drop
-- ?1 task.
DELETE FROM due WHERE rid = ?1

-- name: first
-- ?1 queue. What falls due first by store time and by the wall clock: the left ends of two parts of `due_at`, cut to what
-- JavaScript can count.
SELECT
  (SELECT min(at, ${MAX_INTEGER}) FROM due WHERE queue = ?1 AND wall = 0 ORDER BY at LIMIT 1),
  (SELECT min(at, ${MAX_INTEGER}) FROM due WHERE queue = ?1 AND wall = 1 ORDER BY at LIMIT 1)

-- name: now
-- ?1 queue, ?2 now, ?3 at most so many, ?4 1 by the wall clock. By `due_at`; those of one instant in the order of adding.
SELECT rid, state, max(at, -${MAX_INTEGER}) FROM due WHERE queue = ?1 AND wall = ?4 AND at <= ?2 ORDER BY at, rid LIMIT ?3

-- name: purge
-- ?1 queue, ?2 at most so many, ?3 up to this row id, ?4 state.
DELETE FROM due
WHERE rid IN (SELECT rid FROM due WHERE queue = ?1 AND state = ?4 AND rid <= ?3 LIMIT ?2)
RETURNING rid
