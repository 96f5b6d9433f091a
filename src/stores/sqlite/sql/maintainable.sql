-- ?1 now, ?2 last minute that is not kept. 1 if there is a lease that ran out, a task that fell due, a key whose
-- window closed or an old minute. Reads only, so that an idle store is not written to.
SELECT
  EXISTS (SELECT 1 FROM lease WHERE until <= ?1)
  OR EXISTS (SELECT 1 FROM queue WHERE EXISTS (SELECT 1 FROM due WHERE queue = qid AND at <= ?1))
  OR EXISTS (SELECT 1 FROM key WHERE live = 0 AND until <= ?1)
  OR EXISTS (SELECT 1 FROM activity WHERE minute < ?2)
