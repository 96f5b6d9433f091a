-- ?1 state, ?2 row ids as a JSON array.
DELETE FROM finished WHERE state = ?1 AND rid IN (SELECT value FROM json_each(?2))
