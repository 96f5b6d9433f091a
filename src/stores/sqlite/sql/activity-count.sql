-- ?1 minute, ?2 queue, ?3 to ?7 added, completed, failed, crashed, dead. One write per queue and transaction.
INSERT INTO activity VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (minute, queue) DO UPDATE
SET added = added + excluded.added, completed = completed + excluded.completed, failed = failed + excluded.failed,
  crashed = crashed + excluded.crashed, dead = dead + excluded.dead
