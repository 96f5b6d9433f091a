-- Tells listeners again if something waits that was added while they had just been told.
-- KEYS: meta, ready lists. ARGV: shift.
-- include: time
for i = 2, #KEYS do
  if call('EXISTS', KEYS[i]) == 1 and call('HGET', KEYS[1], 'paused') ~= '1' then
    call('PUBLISH', KEYS[1], '')
    call('HSET', KEYS[1], 'idle', 0, 'woken', now)
    return 1
  end
end
return 0
