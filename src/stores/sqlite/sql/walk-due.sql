-- ?1 before this row id, ?2 state.
SELECT rid FROM due WHERE rid < ?1 AND state = ?2 ORDER BY rid DESC
