-- ?1 task.
DELETE FROM due WHERE rid = ?1
