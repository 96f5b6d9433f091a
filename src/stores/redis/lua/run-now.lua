-- Scheduled or retrying to pending.
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
if state ~= 'scheduled' and state ~= 'retrying' then return { 'refused', state } end
leave(id, state)
local f, c, stop, _, reason = extraOf(call('HGET', extras, id))
setExtra(id, f, c, stop, now, reason)
join(id, laneOf(record))
return { 'applied', view(id, true) }
