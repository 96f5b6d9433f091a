-- Changes a waiting task. ARGV from 4: the record as the client read it, the new one, '-' or when it is to run:
-- 'd' and a delay, or '@' and an instant. Reply 'changed': the record is another by now; read it and try again.
-- KEYS: as shared/queue.lua.
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
-- include: view
-- include: waiting
-- include: act
if not isWaiting(state) then return { 'refused', state } end
if record ~= ARGV[4] then return { 'changed' } end
local before, priority, when = usablePriority(record), priorityOf(ARGV[5]), ARGV[6]
local used = known
if not string.find(used, priority, 1, true) then used = used .. priority end
-- The new priority may be one that this queue has not seen. A list whose key is not named cannot be written.
if not ready[priority] then return { 'stale', used } end
call('HSET', tasks, id, ARGV[5])
-- include: merge-priorities
if when == '-' then
  -- A waiting task keeps its turn unless its priority changes.
  if state == 'pending' and priority ~= before then
    leave(id, state, before)
    join(id, priority)
  end
  return { 'applied', view(id, true) }
end
local due = dueAt(when)
local failures, crashes, stop, _, reason = attemptStateOf(call('HGET', details, id))
leave(id, state, before)
setAttemptState(id, failures, crashes, stop, due, reason)
if due <= now then
  join(id, priority)
else
  call('ZADD', state == 'retrying' and retrying or scheduled, due, id)
  local m = call('HMGET', meta, 'idle', 'notified-at')
  notify(meta, m[1], m[2], false)
end
return { 'applied', view(id, true) }
