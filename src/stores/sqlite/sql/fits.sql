-- ?1 row id, ?2 queue, ?3 type, ?4 created from, ?5 created before, ?6 a part of the payload; each may be null.
-- Answers a row if all but the text fit: whether that fits, too, and how many bytes had to be looked at for it.
SELECT
  ?6 IS NULL OR instr(payload, ?6) > 0,
  iif(?6 IS NULL, 0, octet_length(payload))
FROM task
WHERE rid = ?1 AND (?2 IS NULL OR queue = ?2) AND (?3 IS NULL OR type = ?3)
  AND (?4 IS NULL OR created_at >= ?4) AND (?5 IS NULL OR created_at < ?5)
