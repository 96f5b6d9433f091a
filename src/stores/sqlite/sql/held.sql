-- ?1 to ?2 tokens. The last column adds up: 1 a key, 2 asked to cancel, 4 a note.
SELECT l.token, l.rid, l.queue, t.id, (t.key IS NOT NULL) + 2 * (l.cancel = 1) + 4 * (t.noted <> 0)
FROM lease AS l
JOIN task AS t ON t.rid = l.rid
WHERE l.token BETWEEN ?1 AND ?2
