-- ?1 now, ?2 at most so many. A scan of the leases: there are as many as attempts run at once.
SELECT token FROM lease WHERE until <= ?1 ORDER BY queue, token LIMIT ?2
