-- ?1 row ids as a JSON array.
DELETE FROM note WHERE rid IN (SELECT value FROM json_each(?1))
