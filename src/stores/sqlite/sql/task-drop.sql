-- ?1 row ids as a JSON array.
DELETE FROM task WHERE rid IN (SELECT value FROM json_each(?1))
