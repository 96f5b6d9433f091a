-- ?1 tokens as a JSON array: one statement for all settlements of a call. CROSS fixes the order of the loops.
SELECT j.key, l.token, l.rid, l.queue, t.id, t.key, l.cancel
FROM json_each(?1) AS j
CROSS JOIN lease AS l ON l.token = j.value
CROSS JOIN task AS t ON t.rid = l.rid
