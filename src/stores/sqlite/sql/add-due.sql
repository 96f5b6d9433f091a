-- ?1 to ?2 the row ids of a call, ?3 now.
INSERT INTO due SELECT rid, 'scheduled', queue, run_at FROM task WHERE rid BETWEEN ?1 AND ?2 AND run_at > ?3
