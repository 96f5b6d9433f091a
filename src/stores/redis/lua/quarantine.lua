-- A task that was claimed and cannot be read is put aside; its record stays as it is, to be looked at. It costs nothing, but
-- the error is recorded.
-- KEYS: as shared/queue.lua. ARGV: shift, id, token, error as JSON. Reply: 1 if the lease was still held.
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
-- include: attempts
bind(1, '')
local id = ARGV[2]
local lease = call('HGET', leases, id)
if not lease or sub(lease, 1, 16) ~= ARGV[3] then return 0 end
call('HDEL', leases, id)
local failures, crashes, _, runAt = attemptStateOf(call('HGET', details, id))
recordAttempt(id, 'F', lease, failures + crashes + 1, ARGV[4])
call('HSET', details, id, writeAttemptState(failures, crashes, 0, runAt, LAW.UNREADABLE.reason))
call('ZADD', sets[LAW.UNREADABLE.to], now, id)
countEvent(activity, LAW.UNREADABLE.to, 1)
return 1
