-- ?1 task, ?2 error or null to keep the last one, ?3 attempts.
INSERT INTO note (rid, error, attempts) VALUES (?1, ?2, ?3)
ON CONFLICT (rid) DO UPDATE SET error = coalesce(excluded.error, error), attempts = excluded.attempts
