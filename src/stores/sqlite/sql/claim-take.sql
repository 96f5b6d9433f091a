-- ?1 queue, ?2 how many were leased, less one: the same contiguous range, under the same write lock.
DELETE FROM ready
WHERE queue = ?1 AND rank <= (SELECT rank FROM ready WHERE queue = ?1 ORDER BY rank LIMIT 1 OFFSET ?2)
