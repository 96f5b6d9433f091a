-- ?1 the last number that was handed out.
UPDATE sequence SET last = ?1 WHERE only = 1
