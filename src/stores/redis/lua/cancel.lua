-- A waiting task is cancelled at once; a running one is asked to stop, and never runs again.
-- KEYS: as shared/queue.lua.
-- include: time
-- include: prelude
-- include: wake
-- include: record
-- include: order
-- include: queue
-- include: view
-- include: waiting
-- include: act
local f, c, _, at, reason = extraOf(call('HGET', extras, id))
if state == 'running' then
  unlock()
  setExtra(id, f, c, 1, at, reason)
elseif isWaiting(state) then
  unlock()
  leave(id, state, laneOf(record))
  call('ZADD', cancelled, now, id)
else
  return { 'refused', state }
end
return { 'applied', view(id, true) }
