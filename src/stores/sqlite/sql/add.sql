-- A repeated id changes nothing: the caller sees by the number of changes that some did not land.
INSERT INTO task
  (rid, id, queue, type, rank, created_at, run_at, failures, crashes, retry_limit, crash_limit, noted, key, payload)
VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, 0, ?, ?)
ON CONFLICT (id) DO NOTHING
