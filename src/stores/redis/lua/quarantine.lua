-- A task that was claimed and cannot be read is dead with reason `invalid`; its record stays as it is, to be looked at.
-- KEYS: leases, details, dead, activity. ARGV: shift, id, token, error as JSON. Reply: 1 if the lease was still held.
-- include: time
-- include: prelude
local leases, details, dead, activity = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id = ARGV[2]
local lease = call('HGET', leases, id)
if not lease or sub(lease, 1, 16) ~= ARGV[3] then return 0 end
call('HDEL', leases, id)
call('ZADD', dead, now, id)
call('HSET', details, id, '0 0 0 - invalid', id .. ':attempts',
  'F ' .. sub(lease, 30, 42) .. ' ' .. now .. ' 1 ' .. string.match(lease, '%S*', 43) .. ' ' .. ARGV[4])
countEvent(activity, 'dead', 1)
return 1
