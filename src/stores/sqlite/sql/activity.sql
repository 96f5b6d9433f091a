-- ?1 first minute, ?2 name of a queue or null for all.
SELECT minute, sum(added), sum(completed), sum(failed), sum(crashed), sum(dead)
FROM activity
WHERE minute >= ?1 AND (?2 IS NULL OR queue = (SELECT qid FROM queue WHERE name = ?2))
GROUP BY minute
ORDER BY minute
