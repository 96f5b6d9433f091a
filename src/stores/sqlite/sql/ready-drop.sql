-- ?1 task. By the primary key, which the task knows.
DELETE FROM ready WHERE (queue, rank) = (SELECT queue, rank FROM task WHERE rid = ?1) AND rid = ?1
