-- ?1 queue, ?2 at most so many, ?3 up to this row id, ?4 state.
DELETE FROM due
WHERE rid IN (SELECT rid FROM due WHERE queue = ?1 AND state = ?4 AND rid <= ?3 LIMIT ?2)
RETURNING rid
