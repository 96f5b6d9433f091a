-- Version 4: a clock that does not step.
--
-- Store time counts on with the machine's monotonic clock, whatever is done to its wall clock. Deadlines of leases, the
-- windows of keys, the time of an end (for its age) and times that were given as delays are in it; instants that were given
-- as such, and what people only look at, are of the wall clock. See docs/decisions/0013-store-time.md.

-- What every process adds to the monotonic clock, in ms, and the boot since which that counts. One row, once it was opened.
CREATE TABLE clock (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  boot TEXT NOT NULL,
  ahead INTEGER NOT NULL
) STRICT;

-- The store time at which a number was last handed out: after a boot, store time goes on from there at the earliest.
ALTER TABLE sequence ADD COLUMN time INTEGER NOT NULL DEFAULT 0;

-- 1 if `at` is an instant of the wall clock, which was given as such; else it is store time.
ALTER TABLE due ADD COLUMN wall INTEGER NOT NULL DEFAULT 0;
DROP INDEX due_at;
CREATE INDEX due_at ON due (queue, wall, at);
