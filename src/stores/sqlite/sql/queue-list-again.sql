-- ?1 queue. Writes only when it changes something: most calls find the queue listed.
UPDATE queue SET listed = 1 WHERE qid = ?1 AND listed = 0
