-- ?1 to ?2 tokens. LEFT: a lease whose task is gone must be seen, to be dropped.
SELECT t.id, t.type, t.payload, t.rank, t.created_at, t.run_at, t.failures, t.crashes, t.retry_limit
FROM lease AS l
LEFT JOIN task AS t ON t.rid = l.rid
WHERE l.token BETWEEN ?1 AND ?2
ORDER BY l.token
