-- ?1 token. Drops a lease whose task is gone, and answers its queue, for the count.
DELETE FROM lease
WHERE token = ?1 AND NOT EXISTS (SELECT 1 FROM task WHERE task.rid = lease.rid)
RETURNING queue
