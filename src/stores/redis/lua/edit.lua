-- Changes a task that waits. Only JavaScript knows a record's form, so it is read there and written back here, if it is
-- still the same.
-- KEYS: as shared/queue.lua.
-- ARGV: shift, known priorities, id, the record as the client read it, the new one, '-' or when it is to run: 'd' and a
--   delay, or '@' and an instant.
-- Reply: { 'stale', priorities in use } | { 'missing' } | { 'refused', state } | { 'changed' } (the record is another by
--   now: read it and try again) | { 'applied', view }.
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
-- include: view
-- include: waiting
bind(1, ARGV[2])
local known, id, changed, when = call('HGET', meta, 'priorities') or '', ARGV[3], ARGV[5], ARGV[6]
local priority, used = priorityOf(changed), known
if not string.find(used, priority, 1, true) then used = used .. priority end
-- The new priority may be one that this queue has not seen. A list whose key is not named cannot be written.
if stale(used) then return { 'stale', used } end
check()
local task = view(id, true)
if not task then return { 'missing' } end
local state, record, later = task[2], task[4], LAW.EDIT
if not later[state] then return { 'refused', state } end
if record ~= ARGV[4] then return { 'changed' } end

-- The first write is HSET, which a full Redis refuses: then nothing is written at all.
call('HSET', tasks, id, changed)
-- include: merge-priorities
local oldPriority, due, to = usablePriority(record), when ~= '-' and dueAt(when), state
if due then to = due <= now and LAW.DUE.to or later[state] end
-- A pending task keeps its turn unless its priority or its time changes.
if due or (not sets[state] and priority ~= oldPriority) then
  leave(id, state, oldPriority)
  join(id, to, priority, due)
end
if due then
  local failures, crashes, stop, _, reason = attemptStateOf(task[5] ~= '' and task[5])
  call('HSET', details, id, writeAttemptState(failures, crashes, stop, due, reason))
end
announce(due and sets[to])
return { 'applied', view(id, true) }
