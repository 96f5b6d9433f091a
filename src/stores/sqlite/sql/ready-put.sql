-- ?1 task. Changes nothing when there is no such task.
INSERT INTO ready SELECT queue, rank, rid FROM task WHERE rid = ?1
