-- The store's time in ms. ARGV: shift.
-- include: time
return tostring(now)
