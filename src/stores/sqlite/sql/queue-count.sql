-- ?1 queue, ?2 to ?8 what to add to each count. One write per queue and transaction, whatever happened in it.
UPDATE queue
SET pending = pending + ?2, scheduled = scheduled + ?3, retrying = retrying + ?4, running = running + ?5,
  completed = completed + ?6, cancelled = cancelled + ?7, dead = dead + ?8
WHERE qid = ?1
RETURNING name, pending, paused
