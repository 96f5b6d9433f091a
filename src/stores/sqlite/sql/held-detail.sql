-- ?1 token. What a failure needs to know besides. Spoiled numbers are cut to those of JavaScript (2^53 - 1): they must
-- not stop the settlements that came in the same call.
SELECT
  l.worker,
  min(max(l.started_at, 0), 9007199254740991),
  min(max(t.failures, 0), 9007199254740991),
  min(max(t.crashes, 0), 9007199254740991),
  min(max(t.crash_limit, 0), 9007199254740991),
  n.attempts
FROM lease AS l
JOIN task AS t ON t.rid = l.rid
LEFT JOIN note AS n ON n.rid = l.rid
WHERE l.token = ?1
