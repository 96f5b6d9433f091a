-- ?1 task, ?2 error.
INSERT INTO note (rid, error) VALUES (?1, ?2) ON CONFLICT (rid) DO UPDATE SET error = excluded.error
