-- ?1 state, ?2 to ?3 row ids.
DELETE FROM finished WHERE state = ?1 AND rid BETWEEN ?2 AND ?3
