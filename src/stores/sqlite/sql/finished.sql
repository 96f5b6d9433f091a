-- Completed, cancelled and dead tasks, in the order of finishing.

-- name: put
-- ?1 state, ?2 task, ?3 position in the order of finishing, ?4 store time, ?5 reason.
INSERT INTO finished SELECT ?1, rid, queue, ?3, ?4, ?5 FROM task WHERE rid = ?2

-- name: drop
-- ?1 state, ?2 to ?3 row ids.
DELETE FROM finished WHERE state = ?1 AND rid BETWEEN ?2 AND ?3

-- name: oldest
-- ?1 queue, ?2 state, ?3 at most so many. By `finished_position`.
SELECT rid, finished_at FROM finished WHERE queue = ?1 AND state = ?2 ORDER BY position LIMIT ?3

-- name: purge
-- ?1 queue, ?2 at most so many, ?3 up to this row id, ?4 state.
-- INDEXED BY: the planner would rather walk the finished tasks of all queues by the primary key.
DELETE FROM finished
WHERE (state, rid) IN (
  SELECT state, rid FROM finished INDEXED BY finished_position
  WHERE queue = ?1 AND state = ?4 AND rid <= ?3 ORDER BY position LIMIT ?2
)
RETURNING rid
