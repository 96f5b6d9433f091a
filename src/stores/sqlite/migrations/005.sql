-- Version 5: since when workers put a task back, because they have no handler for its type or it has to run alone. Null for
-- nearly every task. Behind the payload, where a column can be added: who claims a task reads that anyway.
ALTER TABLE task ADD COLUMN put_back_at INTEGER;
