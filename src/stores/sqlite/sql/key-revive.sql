-- ?1 task, ?2 now. A task that lives again gets its key back unless another one has it by now.
INSERT INTO key
SELECT queue, key ->> 0, id, key ->> 1, key ->> 2, 1 FROM task WHERE rid = ?1 AND key IS NOT NULL
ON CONFLICT (queue, value) DO UPDATE
SET id = excluded.id, fingerprint = excluded.fingerprint, until = excluded.until, live = 1
WHERE id = excluded.id OR (live = 0 AND until <= ?2)
