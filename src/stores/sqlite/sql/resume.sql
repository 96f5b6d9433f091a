-- ?1 name. Answers nothing for a queue that is unknown or not paused: then nobody has to be woken.
UPDATE queue SET paused = 0 WHERE name = ?1 AND paused = 1 RETURNING qid, pending
