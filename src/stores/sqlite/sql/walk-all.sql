-- ?1 before this row id. Newest first.
SELECT rid FROM task WHERE rid < ?1 ORDER BY rid DESC
