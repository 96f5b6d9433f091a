-- Tells listeners again if something waits that was added while they had just been told.
-- KEYS: meta, ready lists. ARGV: shift.
-- include: time
local meta = KEYS[1]
for i = 2, #KEYS do
  if call('EXISTS', KEYS[i]) == 1 and call('HGET', meta, 'paused') ~= '1' then
    -- include: publish
    return 1
  end
end
return 0
