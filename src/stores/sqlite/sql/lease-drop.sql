-- ?1 to ?2 tokens.
DELETE FROM lease WHERE token BETWEEN ?1 AND ?2
