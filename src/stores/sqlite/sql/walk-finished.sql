-- ?1 before this row id, ?2 state. By the primary key.
SELECT rid FROM finished WHERE state = ?2 AND rid < ?1 ORDER BY rid DESC
