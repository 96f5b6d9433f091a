-- A task that was claimed and cannot be read is put aside; its record stays as it is, to be looked at. It costs nothing, but
-- the error is recorded.
-- KEYS: as shared/keys.lua. ARGV: shift, id, token, error as JSON. Reply: 1 if the lease was still held.
-- include: time
local k = 1
-- include: keys
local id = ARGV[2]
local lease = call('HGET', leases, id)
if not lease or sub(lease, 1, 16) ~= ARGV[3] then return 0 end
call('HDEL', leases, id)
local to, state = LAW.UNREADABLE.to, call('HGET', details, id)
-- include: attempt-state
local kind, number, failure = 'F', failures + crashes + 1, ARGV[4]
-- include: record-attempt
call('HSET', details, id, failures .. ' ' .. crashes .. ' 0 ' .. runAt .. ' ' .. LAW.UNREADABLE.reason)
call('ZADD', KEYS[k + LAYOUT.SETS[to]], now, id)
if LAW.COUNTED[to] then
  local event, count = ':' .. to, 1
  -- include: count-event
end
return 1
