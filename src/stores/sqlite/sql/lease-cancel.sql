-- ?1 token. The worker hears of it when it extends.
UPDATE lease SET cancel = 1 WHERE token = ?1
