-- ?1 to ?2 the row ids of a call, ?3 now. One statement for the whole call.
INSERT INTO ready SELECT queue, rank, rid FROM task WHERE rid BETWEEN ?1 AND ?2 AND run_at <= ?3
