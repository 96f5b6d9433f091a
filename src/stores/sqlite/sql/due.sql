-- Tasks that wait for their time.

-- name: addRange
-- ?1 to ?2 row ids, ?3 state.
INSERT INTO due SELECT rid, ?3, queue, run_at, 0 FROM task WHERE rid BETWEEN ?1 AND ?2

-- name: put
-- ?1 task, ?2 state, ?3 when.
INSERT INTO due SELECT rid, ?2, queue, ?3, 0 FROM task WHERE rid = ?1

-- name: drop
-- ?1 task.
DELETE FROM due WHERE rid = ?1

-- name: first
-- ?1 queue. The left end of `due_at`, cut to what JavaScript can count.
SELECT min(at, ${MAX_INTEGER}) FROM due WHERE queue = ?1 AND wall = 0 ORDER BY at LIMIT 1

-- name: now
-- ?1 queue, ?2 now, ?3 at most so many. By `due_at`; those of one instant in the order of adding.
SELECT rid, state FROM due WHERE queue = ?1 AND wall = 0 AND at <= ?2 ORDER BY at, rid LIMIT ?3

-- name: purge
-- ?1 queue, ?2 at most so many, ?3 up to this row id, ?4 state.
DELETE FROM due
WHERE rid IN (SELECT rid FROM due WHERE queue = ?1 AND state = ?4 AND rid <= ?3 LIMIT ?2)
RETURNING rid
