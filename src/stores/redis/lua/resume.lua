-- Ends a pause, and tells everyone at once: workers have been waiting for it.
-- KEYS: meta. ARGV: shift.
-- include: time
local meta = KEYS[1]
if call('HDEL', meta, 'paused') == 1 then
  -- include: publish
end
return 1
