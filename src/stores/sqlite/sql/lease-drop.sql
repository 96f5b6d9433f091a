-- ?1 tokens as a JSON array.
DELETE FROM lease WHERE token IN (SELECT value FROM json_each(?1))
