-- ?1 worker, ?2 queue. A scan of the leases, after a lost reply only.
SELECT token FROM lease WHERE worker = ?1 AND queue = ?2 ORDER BY token
