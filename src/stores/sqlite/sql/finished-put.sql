-- ?1 state, ?2 task, ?3 place in the order of finishing, ?4 now, ?5 reason.
INSERT INTO finished SELECT ?1, rid, queue, ?3, ?4, ?5 FROM task WHERE rid = ?2
