-- ?1 row ids as a JSON array, of tasks that end or go: from here on the window alone holds their keys.
UPDATE key SET live = 0
WHERE (queue, value, id) IN (
  SELECT queue, key ->> 0, id FROM task WHERE key IS NOT NULL AND rid IN (SELECT value FROM json_each(?1))
)
