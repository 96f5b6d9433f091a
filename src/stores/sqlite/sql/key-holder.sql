-- ?1 queue, ?2 value, ?3 now.
SELECT id, fingerprint FROM key WHERE queue = ?1 AND value = ?2 AND (live = 1 OR until > ?3)
