-- ?1 to ?2 row ids.
DELETE FROM note WHERE rid BETWEEN ?1 AND ?2
