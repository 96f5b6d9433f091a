-- Version 6: what happened in some queues is found without looking at what happened in all. A row is written to it once per queue
-- and minute, with the first event.
CREATE INDEX activity_queue ON activity (queue, minute);
