-- ?1 task.
UPDATE task SET noted = 1 WHERE rid = ?1
