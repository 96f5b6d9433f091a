-- ?1 before this row id. A scan and a sort of the leases, which are few.
SELECT rid FROM lease WHERE rid < ?1 ORDER BY rid DESC
