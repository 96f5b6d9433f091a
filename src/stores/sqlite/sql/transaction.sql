-- Transactions, and the numbers that rise over everything.

-- name: begin
-- IMMEDIATE: takes the write lock before anything is read. A deferred transaction that reads first and writes later
-- fails with SQLITE_BUSY_SNAPSHOT as soon as another process has written meanwhile, and no waiting helps it.
BEGIN IMMEDIATE

-- name: beginRead
-- One view of the file for several statements. Takes no lock that a writer would wait for.
BEGIN

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: readSequence
-- Once per transaction that needs numbers; they are handed out in memory and written back before the commit.
SELECT last FROM sequence WHERE only = 1

-- name: writeSequence
-- ?1 the last number that was handed out, ?2 store time.
UPDATE sequence SET last = ?1, time = ?2 WHERE only = 1

-- name: readTime
-- When a number was last handed out, in store time.
SELECT min(max(time, 0), ${LAST_INSTANT}) FROM sequence WHERE only = 1

-- name: readClock
SELECT boot, min(max(ahead, -${LAST_INSTANT}), ${LAST_INSTANT}) FROM clock WHERE only = 1

-- name: writeClock
-- ?1 boot, ?2 store time less monotonic time. After a boot; until the next one nobody changes it.
INSERT OR REPLACE INTO clock VALUES (1, ?1, ?2)
