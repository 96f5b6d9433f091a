-- ?1 tokens as a JSON array: leases whose task is gone. Answers their queues, for the counts.
DELETE FROM lease
WHERE token IN (SELECT value FROM json_each(?1)) AND NOT EXISTS (SELECT 1 FROM task WHERE task.rid = lease.rid)
RETURNING queue
