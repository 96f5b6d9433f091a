-- ?1 queue, ?2 at most so many, ?3 up to this row id, ?4 state.
-- INDEXED BY: the planner would rather walk the finished tasks of all queues by the primary key.
DELETE FROM finished
WHERE (state, rid) IN (
  SELECT state, rid FROM finished INDEXED BY finished_place
  WHERE queue = ?1 AND state = ?4 AND rid <= ?3 ORDER BY place LIMIT ?2
)
RETURNING rid
