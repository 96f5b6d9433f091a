-- Idempotency keys. A key holds while its task is `live`, else until its window closes.

-- name: holder
-- ?1 queue, ?2 value, ?3 store time.
SELECT id, fingerprint FROM key WHERE queue = ?1 AND value = ?2 AND (live = 1 OR until > ?3)

-- name: hold
-- ?1 queue, ?2 value, ?3 id, ?4 fingerprint, ?5 until, in store time. The caller has seen, under the write lock, that nobody holds it.
INSERT OR REPLACE INTO key VALUES (?1, ?2, ?3, ?4, ?5, 1)

-- name: revive
-- ?1 task, ?2 store time. A task that lives again gets its key back unless another one has it by now.
INSERT INTO key
SELECT queue, key ->> 0, id, key ->> 1, key ->> 2, 1 FROM task WHERE rid = ?1 AND key IS NOT NULL
ON CONFLICT (queue, value) DO UPDATE
SET id = excluded.id, fingerprint = excluded.fingerprint, until = excluded.until, live = 1
WHERE id = excluded.id OR (live = 0 AND until <= ?2)

-- name: end
-- ?1 to ?2 row ids, of tasks that end or go: from here on the window alone holds their keys.
UPDATE key SET live = 0
WHERE (queue, value, id) IN (SELECT queue, key ->> 0, id FROM task WHERE rid BETWEEN ?1 AND ?2 AND key IS NOT NULL)

-- name: forget
-- ?1 store time, ?2 at most so many. By `key_closing`, which has no live keys: those of long tasks are never in the way.
DELETE FROM key
WHERE (queue, value) IN (SELECT queue, value FROM key WHERE live = 0 AND until <= ?1 ORDER BY until LIMIT ?2)
