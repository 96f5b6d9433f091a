-- ?1 name.
SELECT qid FROM queue WHERE name = ?1
