-- ?1 queue, ?2 value, ?3 id, ?4 fingerprint, ?5 until. The caller has seen, under the write lock, that nobody holds it.
INSERT OR REPLACE INTO key VALUES (?1, ?2, ?3, ?4, ?5, 1)
