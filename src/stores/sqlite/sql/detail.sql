-- What few tasks have: the last error, the failed attempts, the result.

-- name: recordError
-- ?1 task, ?2 error.
INSERT INTO detail (rid, error) VALUES (?1, ?2) ON CONFLICT (rid) DO UPDATE SET error = excluded.error

-- name: recordFailure
-- ?1 task, ?2 error or null to keep the last one, ?3 attempts.
INSERT INTO detail (rid, error, attempts) VALUES (?1, ?2, ?3)
ON CONFLICT (rid) DO UPDATE SET error = coalesce(excluded.error, error), attempts = excluded.attempts

-- name: recordResult
-- ?1 task, ?2 result.
INSERT INTO detail (rid, result) VALUES (?1, ?2) ON CONFLICT (rid) DO UPDATE SET result = excluded.result

-- name: drop
-- ?1 to ?2 row ids.
DELETE FROM detail WHERE rid BETWEEN ?1 AND ?2
