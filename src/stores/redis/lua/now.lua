-- The store's time in ms. ARGV: shift.
-- include: prelude
return tostring(now)
