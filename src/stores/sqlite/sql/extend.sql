-- ?1 token, ?2 id, ?3 name of the queue, ?4 new deadline. Token, task and queue must all be those of one lease.
UPDATE lease SET until = ?4
WHERE token = ?1
  AND EXISTS (SELECT 1 FROM task WHERE task.rid = lease.rid AND id = ?2)
  AND queue = (SELECT qid FROM queue WHERE name = ?3)
RETURNING cancel
