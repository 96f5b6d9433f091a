-- ?1 row id.
SELECT * FROM shown WHERE rid = ?1
