-- Dead to pending, with fresh budgets. Attempts and the last error stay.
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
if state ~= 'dead' then return { 'refused', state } end
call('ZREM', dead, id)
setAttemptState(id, 0, 0, 0, now, '-')
join(id, usablePriority(record))
return { 'applied', view(id, true) }
