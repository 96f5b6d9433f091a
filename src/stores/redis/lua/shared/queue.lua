-- One queue: its keys, and the moves that several verbs make. `at` is where its keys begin in KEYS; the ready lists
-- come last, one for each priority in `priorities`, which is the client's idea of the priorities in use.
local tasks, meta, leases, activity, details, tombstones, keys, windows
local sets, ready, priorities -- sorted sets by state, lists by priority

local function bind(at, known)
  tasks, meta, leases, activity, details = KEYS[at], KEYS[at + 1], KEYS[at + 2], KEYS[at + 3], KEYS[at + 4]
  sets = {
    scheduled = KEYS[at + 5], retrying = KEYS[at + 6],
    completed = KEYS[at + 7], cancelled = KEYS[at + 8], dead = KEYS[at + 9],
  }
  tombstones, keys, windows = KEYS[at + 10], KEYS[at + 11], KEYS[at + 12]
  priorities, ready = known, {}
  for i = 1, #known do ready[tonumber(sub(known, i, i))] = KEYS[at + 12 + i] end
end

-- Fails on a key of another type before anything is written: a script that fails midway is not rolled back.
local function check()
  call('HLEN', tasks)
  call('HLEN', leases)
  call('HLEN', details)
  call('HLEN', tombstones)
  call('HLEN', keys)
  call('ZCARD', windows)
  for _, set in pairs(sets) do call('ZCARD', set) end
  for _, list in pairs(ready) do call('LLEN', list) end
end

-- True if a priority is in use that the client does not know of: it must name that list's key, too, and call again.
local function stale(used)
  for i = 1, #used do
    if not ready[tonumber(sub(used, i, i))] then return true end
  end
  return false
end

-- The priority whose list a record goes to. One that makes no sense goes to the last list, where a claim finds it.
local function usablePriority(record)
  local priority = priorityOf(record)
  return ready[priority] and priority or tonumber(sub(priorities, -1))
end

-- Marks the script as one that writes, by a write that a full Redis allows. From here on it refuses nothing,
-- so that a full Redis can still be drained, extended and cleaned.
local function allowWhenFull()
  call('HDEL', meta, '')
end

-- Attempt state: failures, crashes, 1 if asked to stop, run at, dead reason. What a task has only if something happened
-- to it.
local function attemptStateOf(text)
  if not text then return 0, 0, 0, '-', '-' end
  local failures, crashes, stop, runAt, reason = string.match(text, '^(%d+) (%d+) (%d) (%S+) (%S+)$')
  return tonumber(failures) or 0, tonumber(crashes) or 0, tonumber(stop) or 0, runAt or '-', reason or '-'
end

local function writeAttemptState(failures, crashes, stop, runAt, reason)
  return failures .. ' ' .. crashes .. ' ' .. stop .. ' ' .. runAt .. ' ' .. reason
end

-- Back to the head, the first of the list first. LPUSH takes them from behind. `records` may have gaps.
local function release(ids, records)
  local heads = {}
  for i = #ids, 1, -1 do
    if records[i] then
      local priority = usablePriority(records[i])
      local list = heads[priority] or {}
      list[#list + 1] = ids[i]
      heads[priority] = list
    end
  end
  for priority, list in pairs(heads) do
    sum('LPUSH', ready[priority], list)
    call('HINCRBY', meta, 'head:' .. priority, -#list)
  end
end

-- The sets of tasks that wait for their time.
local function waitingSets()
  local list = LAW.DUE.from
  for i = 1, #list do list[i] = sets[list[i]] end
  return list
end

-- Up to `limit` due tasks become pending, the earliest due first; of those due at the same instant the older id.
local function promote(limit)
  local waiting = waitingSets()
  if limit <= 0 or call('EXISTS', unpack(waiting)) == 0 then return 0 end
  local due, gone = {}, {}
  for _, set in ipairs(waiting) do
    local found = call('ZRANGEBYSCORE', set, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
    for i = 1, #found, 2 do
      due[#due + 1] = { id = found[i], at = tonumber(found[i + 1]), set = set }
    end
    gone[set] = {}
  end
  if #due == 0 then return 0 end
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
    local priority = usablePriority(records[i])
    local list = tails[priority] or {}
    list[#list + 1] = ids[i]
    tails[priority] = list
  end
  for priority, list in pairs(tails) do sum('RPUSH', ready[priority], list) end
  return #ids
end

-- When the next task falls due, nil if none waits.
local function nextDue()
  local waiting = waitingSets()
  if call('EXISTS', unpack(waiting)) == 0 then return nil end
  local first
  for _, set in ipairs(waiting) do
    local at = tonumber(call('ZRANGE', set, 0, 0, 'WITHSCORES')[2])
    if at and (not first or at < first) then first = at end
  end
  return first
end

-- Removes tasks for good. A key outlives its task until its window closes (maintain.lua sees to that).
local function remove(ids, hasKeys)
  if #ids == 0 then return end
  if hasKeys then
    local records = fetch(tasks, ids)
    for i = 1, #ids do
      local key = keyOf(records[i])
      local holder = key and call('HGET', keys, key)
      if holder and sub(holder, 1, 16) == ids[i] and tonumber(sub(holder, 17, 29)) <= now then
        call('HDEL', keys, key)
      end
    end
  end
  sum('HDEL', tasks, ids)
  if call('EXISTS', details) == 1 then
    local fields = {}
    for i = 1, #ids do
      local id = ids[i]
      fields[3 * i - 2], fields[3 * i - 1], fields[3 * i] = id, id .. ':attempts', id .. ':result'
    end
    sum('HDEL', details, fields)
  end
end
