-- ?1 before this row id. By the tasks, for a store in which much is pending: it soon meets enough of them.
SELECT t.rid FROM task AS t
WHERE t.rid < ?1 AND EXISTS (SELECT 1 FROM ready AS r WHERE r.queue = t.queue AND r.rank = t.rank AND r.rid = t.rid)
ORDER BY t.rid DESC
