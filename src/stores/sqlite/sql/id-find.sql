-- ?1 id.
SELECT rid FROM task WHERE id = ?1
