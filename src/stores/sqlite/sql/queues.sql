-- With the `run_at` of the task that would be claimed first: the left end of the queue's part of `ready`.
SELECT
  name, paused, pending, scheduled, retrying, running, completed, cancelled, dead,
  (
    SELECT min(max(t.run_at, 0), 9007199254740991)
    FROM ready AS r JOIN task AS t ON t.rid = r.rid
    WHERE r.queue = qid ORDER BY r.rank LIMIT 1
  )
FROM queue
WHERE listed = 1
ORDER BY name
