-- In the order in which they were made: what waits for its time, and what has ended.
SELECT qid, scheduled + retrying, completed, cancelled, dead FROM queue ORDER BY qid
