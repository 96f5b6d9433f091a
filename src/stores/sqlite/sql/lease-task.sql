-- ?1 token.
SELECT rid FROM lease WHERE token = ?1
