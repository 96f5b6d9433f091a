-- ?1 token. What a failure needs to know besides.
SELECT l.worker, l.started_at, t.failures, t.crashes, t.crash_limit, n.attempts
FROM lease AS l
JOIN task AS t ON t.rid = l.rid
LEFT JOIN note AS n ON n.rid = l.rid
WHERE l.token = ?1
