-- From the counts.
SELECT total(pending) FROM queue
