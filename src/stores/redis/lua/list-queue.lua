-- Puts a queue on the list of all queues, or dates it anew: it is in use, and not forgotten for a day. Written at most once an
-- hour per queue; a full Redis, which refuses that, lets what is there be used.
-- KEYS: list. ARGV: shift, queue. Reply: 1 if its date is of this hour, 0 if a full Redis refused to write it.
-- include: time
local since = tonumber(call('ZSCORE', KEYS[1], ARGV[2]))
if not since then
  call('ZADD', KEYS[1], now, ARGV[2])
elseif now - since >= 3600000 then
  local written = redis.pcall('ZADD', KEYS[1], now, ARGV[2])
  if type(written) == 'table' then return 0 end
end
return 1
