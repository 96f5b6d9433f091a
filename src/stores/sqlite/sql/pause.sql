-- ?1 queue.
UPDATE queue SET paused = 1 WHERE qid = ?1
