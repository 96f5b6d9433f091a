-- Removes a task in any state but running. Answers it as it was.
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
if state == 'running' then return { 'refused', state } end
unlock()
if isWaiting(state) then
  leave(id, state, laneOf(record))
else
  local shelves = { completed = completed, cancelled = cancelled, dead = dead }
  call('ZREM', shelves[state], id)
end
remove({ id }, call('HGET', meta, 'keyed'))
return { 'applied', task }
