-- Version 6: what happened in some queues is found without looking at what happened in all. A row is written to it once per queue
-- and minute, with the first event.
CREATE INDEX activity_queue ON activity (queue, minute);

-- How often a task was put back because its worker has no handler for it, beside what else is counted.
ALTER TABLE activity ADD COLUMN unhandled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN total_unhandled INTEGER NOT NULL DEFAULT 0;
