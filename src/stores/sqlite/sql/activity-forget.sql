-- ?1 first minute that is kept.
DELETE FROM activity WHERE minute < ?1
