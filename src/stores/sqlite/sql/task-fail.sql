-- ?1 task, ?2 failures, ?3 crashes.
UPDATE task SET failures = ?2, crashes = ?3, noted = 1 WHERE rid = ?1
