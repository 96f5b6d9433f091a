-- Version 3: what happened in each queue since it was made, beside its counts and written with them.
ALTER TABLE queue ADD COLUMN total_added INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN total_completed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN total_failed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN total_crashed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN total_dead INTEGER NOT NULL DEFAULT 0;

-- What is known of the time before: the last day.
UPDATE queue
SET (total_added, total_completed, total_failed, total_crashed, total_dead) = (
  SELECT ifnull(sum(added), 0), ifnull(sum(completed), 0), ifnull(sum(failed), 0), ifnull(sum(crashed), 0), ifnull(sum(dead), 0)
  FROM activity
  WHERE queue = qid
);
