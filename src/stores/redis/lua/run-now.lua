-- Scheduled or retrying to pending.
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
if state ~= 'scheduled' and state ~= 'retrying' then return { 'refused', state } end
leave(id, state)
local failures, crashes, stop, _, reason = attemptStateOf(call('HGET', details, id))
setAttemptState(id, failures, crashes, stop, now, reason)
join(id, usablePriority(record))
return { 'applied', view(id, true) }
