-- The tasks themselves. Their state is which other table has a row for them: see the migration.

-- name: add
-- ?1 now, which all rows share; the others as the columns come. A repeated id changes nothing: the caller sees by the
-- number of changes that some were not added.
INSERT INTO task
  (created_at, rid, id, queue, type, rank, run_at, failures, crashes, has_detail, key, settings, payload)
VALUES (?1, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?)
ON CONFLICT (id) DO NOTHING

-- name: find
-- ?1 id.
SELECT rid FROM task WHERE id = ?1

-- name: drop
-- ?1 to ?2 row ids.
DELETE FROM task WHERE rid BETWEEN ?1 AND ?2

-- name: setFailed
-- ?1 task, ?2 failures, ?3 crashes. Goes with `detail.recordFailure`.
UPDATE task SET failures = ?2, crashes = ?3, has_detail = 1, put_back_at = NULL WHERE rid = ?1

-- name: markDetail
-- ?1 task.
UPDATE task SET has_detail = 1 WHERE rid = ?1

-- name: renew
-- ?1 task. Fresh budgets.
UPDATE task SET failures = 0, crashes = 0 WHERE rid = ?1

-- name: setPayload
-- ?1 task, ?2 payload.
UPDATE task SET payload = ?2 WHERE rid = ?1

-- name: setPriority
-- ?1 task, ?2 priority. The position in line is the lower part of the rank.
UPDATE task SET rank = ?2 * ${POSITIONS} + (rank & ${POSITION_BITS}) WHERE rid = ?1

-- name: setPosition
-- ?1 task, ?2 its position in line (see rank.ts): the priority stays as the upper part of the rank. ?3 1 if it had its turn.
UPDATE task SET rank = (rank & ~${POSITION_BITS}) + ?2, put_back_at = iif(?3, NULL, put_back_at) WHERE rid = ?1

-- name: setTime
-- ?1 task, ?2 when it may run, ?3 now if it is put back, else null.
UPDATE task SET run_at = ?2, put_back_at = iif(?3 IS NULL, NULL, coalesce(put_back_at, ?3)) WHERE rid = ?1

-- name: mend
-- ?1 token, ?2 now, ?3 settings. Makes every value of the task fit to be read; the payload is kept as it is.
UPDATE task
SET queue = (SELECT queue FROM lease WHERE token = ?1),
  rank = iif(rank BETWEEN 0 AND ${LAST_RANK}, rank, ${DEFAULT_RANK}),
  created_at = iif(created_at BETWEEN 0 AND ${LAST_INSTANT}, created_at, ?2),
  run_at = iif(run_at BETWEEN 0 AND ${LAST_INSTANT}, run_at, ?2),
  failures = iif(failures BETWEEN 0 AND ${MOST_ATTEMPTS}, failures, 0),
  crashes = iif(crashes BETWEEN 0 AND ${MOST_ATTEMPTS}, crashes, 0),
  put_back_at = iif(put_back_at BETWEEN 0 AND ${LAST_INSTANT}, put_back_at, NULL),
  settings = ?3
WHERE rid = (SELECT rid FROM lease WHERE token = ?1)
