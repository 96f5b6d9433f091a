-- ?1 before this row id. A scan and a sort, for a store in which little is pending among many that are not.
SELECT rid FROM ready WHERE rid < ?1 ORDER BY rid DESC
