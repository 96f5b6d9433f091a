-- Removes a task in any state but running. Answers it as it was.
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
if state == 'running' then return { 'refused', state } end
allowWhenFull()
if isWaiting(state) then
  leave(id, state, usablePriority(record))
else
  local sets = { completed = completed, cancelled = cancelled, dead = dead }
  call('ZREM', sets[state], id)
end
remove({ id }, call('HGET', meta, 'has-keys'))
return { 'applied', task }
