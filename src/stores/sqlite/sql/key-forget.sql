-- ?1 now, ?2 at most so many. By `key_closing`, which has no live keys: those of long tasks are never in the way.
DELETE FROM key
WHERE (queue, value) IN (SELECT queue, value FROM key WHERE live = 0 AND until <= ?1 ORDER BY until LIMIT ?2)
