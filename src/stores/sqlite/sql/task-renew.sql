-- ?1 task. Fresh budgets.
UPDATE task SET failures = 0, crashes = 0 WHERE rid = ?1
