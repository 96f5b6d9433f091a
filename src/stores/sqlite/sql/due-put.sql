-- ?1 task, ?2 state, ?3 when.
INSERT INTO due SELECT rid, ?2, queue, ?3 FROM task WHERE rid = ?1
