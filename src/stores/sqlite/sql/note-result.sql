-- ?1 task, ?2 result.
INSERT INTO note (rid, result) VALUES (?1, ?2) ON CONFLICT (rid) DO UPDATE SET result = excluded.result
