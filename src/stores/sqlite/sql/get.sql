-- ?1 id.
SELECT * FROM shown WHERE id = ?1
