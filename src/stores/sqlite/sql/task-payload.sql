-- ?1 task, ?2 payload.
UPDATE task SET payload = ?2 WHERE rid = ?1
