-- ?1 queue. Tells the workers of other processes which queue the bell rang for.
UPDATE queue SET stirs = stirs + 1 WHERE qid = ?1 RETURNING name, stirs
