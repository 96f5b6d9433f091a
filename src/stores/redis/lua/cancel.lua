-- A waiting task is cancelled at once; a running one is asked to stop, and never runs again.
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
local failures, crashes, _, runAt, reason = attemptStateOf(call('HGET', details, id))
if state == 'running' then
  allowWhenFull()
  setAttemptState(id, failures, crashes, 1, runAt, reason)
elseif isWaiting(state) then
  allowWhenFull()
  leave(id, state, usablePriority(record))
  call('ZADD', cancelled, now, id)
else
  return { 'refused', state }
end
return { 'applied', view(id, true) }
