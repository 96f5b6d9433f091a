-- Changes a task that waits. Only JavaScript knows a record's form, so it is read there and written back here, if it is
-- still the same.
-- KEYS: as shared/keys.lua.
-- ARGV: shift, known priorities, id, the record as the client read it, the new one, '-' or when it is to run: 'd' and a
--   delay, or '@' and an instant.
-- Reply: { 'stale', priorities in use } | { 'missing' } | { 'refused', state } | { 'changed' } (the record is another by
--   now: read it and try again) | { 'applied', view }.
-- include: time
-- include: priority
-- include: due
local k, known = 1, ARGV[2]
-- include: keys
local id, changed, when, listed = ARGV[3], ARGV[5], ARGV[6], call('HGET', meta, 'priorities') or ''
-- The new priority may be one that this queue has not seen. A list whose key is not named cannot be written.
local priority, used = sub(changed, 10, 10), listed
if not string.find(used, priority, 1, true) then used = used .. priority end
-- include: check
if stale then return { 'stale', used } end
-- include: view
-- include: waiting
local task = view(id, true)
if not task then return { 'missing' } end
local from, record, later, state = task[2], task[4], LAW.EDIT, task[5]
if not later[from] then return { 'refused', from } end
if record ~= ARGV[4] then return { 'changed' } end

-- The first write is HSET, which a full Redis refuses: then nothing is written at all.
call('HSET', tasks, id, changed)
do
  local known = listed
  -- include: merge-priorities
end
local oldPriority, due, to = priorityOf(record, known), when ~= '-' and dueAt(when), from
if due then to = due <= now and LAW.DUE.to or later[from] end
-- A pending task keeps its turn unless its priority or its time changes.
if due or (not sets[from] and priority ~= oldPriority) then
  leave(id, from, oldPriority)
  join(id, to, priority, due)
end
if due then
  -- include: attempt-state
  if sub(reason, 1, 1) == '@' then reason = '-' end
  call('HSET', details, id, failures .. ' ' .. crashes .. ' ' .. stop .. ' ' .. due .. ' ' .. reason)
end
announce(due and sets[to])
return { 'applied', view(id, true) }
