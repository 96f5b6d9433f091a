-- IMMEDIATE: takes the write lock before anything is read. A deferred transaction that reads first and writes later
-- fails with SQLITE_BUSY_SNAPSHOT as soon as another process has written meanwhile, and no waiting helps it.
BEGIN IMMEDIATE
