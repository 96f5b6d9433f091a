-- ?1 to ?2 row ids, of tasks that end or go: from here on the window alone holds their keys.
UPDATE key SET live = 0
WHERE (queue, value, id) IN (SELECT queue, key ->> 0, id FROM task WHERE rid BETWEEN ?1 AND ?2 AND key IS NOT NULL)
