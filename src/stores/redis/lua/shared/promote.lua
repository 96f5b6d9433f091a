-- Fragment: up to `limit` tasks whose time has come become pending, the earliest due first; of those due at the same
-- instant the older id.
-- In: shared/keys.lua, shared/batch.lua, shared/priority.lua, known, limit. Out: promoted (how many), waiting (the keys of tasks
--   that wait), waits (true if there were some).
local promoted, waiting = 0, LAYOUT.WAITING
for i = 1, #waiting do waiting[i] = KEYS[k + waiting[i]] end
local waits = call('EXISTS', unpack(waiting)) > 0
if limit > 0 and waits then
  local due, gone = {}, {}
  for _, set in ipairs(waiting) do
    local found = call('ZRANGEBYSCORE', set, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
    for i = 1, #found, 2 do
      due[#due + 1] = { id = found[i], at = tonumber(found[i + 1]), set = set }
    end
    gone[set] = {}
  end
  if #due > 0 then
    -- include: before
    table.sort(due, function(a, b) return a.at < b.at or (a.at == b.at and before(a.id, b.id)) end)
    local ids, tails = {}, {}
    for i = 1, math.min(limit, #due) do
      ids[i] = due[i].id
      local list = gone[due[i].set]
      list[#list + 1] = due[i].id
    end
    local records = fetch(tasks, ids)
    for set, list in pairs(gone) do sum('ZREM', set, list) end
    for i = 1, #ids do
      local priority = priorityOf(records[i], known)
      local list = tails[priority] or {}
      list[#list + 1] = ids[i]
      tails[priority] = list
    end
    for priority, list in pairs(tails) do
      sum('RPUSH', KEYS[k + 12 + string.find(known, priority, 1, true)], list)
    end
    promoted = #ids
  end
end
