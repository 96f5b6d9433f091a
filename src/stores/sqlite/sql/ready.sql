-- Pending tasks, in line.

-- name: addRange
-- ?1 to ?2 row ids. One statement for a whole call, as a rule.
INSERT INTO ready SELECT queue, rank, rid FROM task WHERE rid BETWEEN ?1 AND ?2

-- name: put
-- ?1 task. Changes nothing when there is no such task.
INSERT INTO ready SELECT queue, rank, rid FROM task WHERE rid = ?1

-- name: drop
-- ?1 task. By the primary key, which the task knows.
DELETE FROM ready WHERE (queue, rank) = (SELECT queue, rank FROM task WHERE rid = ?1) AND rid = ?1

-- name: take
-- ?1 queue, ?2 how many were leased, less one: the same contiguous range, under the same write lock.
DELETE FROM ready
WHERE queue = ?1 AND rank <= (SELECT rank FROM ready WHERE queue = ?1 ORDER BY rank LIMIT 1 OFFSET ?2)

-- name: purge
-- ?1 queue, ?2 at most so many, ?3 up to this row id: what is added meanwhile stays.
DELETE FROM ready
WHERE (queue, rank) IN (SELECT queue, rank FROM ready WHERE queue = ?1 AND rid <= ?3 LIMIT ?2)
RETURNING rid
