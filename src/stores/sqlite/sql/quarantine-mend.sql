-- ?1 token, ?2 now. Makes every number of the task showable; the payload is kept as it is.
UPDATE task
SET queue = (SELECT queue FROM lease WHERE token = ?1),
  rank = iif(rank BETWEEN 0 AND 5629499534213119, rank, 3096224743817216),
  created_at = iif(created_at BETWEEN 0 AND 8640000000000000, created_at, ?2),
  run_at = iif(run_at BETWEEN 0 AND 8640000000000000, run_at, ?2),
  failures = iif(failures BETWEEN 0 AND 1000000000, failures, 0),
  crashes = iif(crashes BETWEEN 0 AND 1000000000, crashes, 0),
  retry_limit = iif(retry_limit BETWEEN 0 AND 1000000000, retry_limit, NULL),
  crash_limit = iif(crash_limit BETWEEN 0 AND 1000000000, crash_limit, NULL)
WHERE rid = (SELECT rid FROM lease WHERE token = ?1)
