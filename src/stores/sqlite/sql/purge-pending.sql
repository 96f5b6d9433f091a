-- ?1 queue, ?2 at most so many, ?3 up to this row id: what is added meanwhile stays.
DELETE FROM ready
WHERE (queue, rank) IN (SELECT queue, rank FROM ready WHERE queue = ?1 AND rid <= ?3 LIMIT ?2)
RETURNING rid
