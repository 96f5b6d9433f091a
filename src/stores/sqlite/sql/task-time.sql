-- ?1 task, ?2 when it may run.
UPDATE task SET run_at = ?2 WHERE rid = ?1
