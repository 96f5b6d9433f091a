-- ?1 queue. A queue that is empty and not paused is no longer listed; its keys and its past stay.
UPDATE queue SET listed = 0
WHERE qid = ?1 AND paused = 0 AND pending + scheduled + retrying + running + completed + cancelled + dead = 0
