-- Ends a pause, and tells everyone at once: workers have been waiting for it.
-- KEYS: meta. ARGV: shift.
-- include: time
if call('HDEL', KEYS[1], 'paused') == 1 then
  call('PUBLISH', KEYS[1], '')
  call('HSET', KEYS[1], 'idle', 0, 'woken', now)
end
return 1
