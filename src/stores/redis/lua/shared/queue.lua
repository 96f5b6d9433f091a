-- One queue: its keys, and the moves that several verbs make. `at` is where its keys begin in KEYS; the ready lists
-- come last, one for each priority in `priorities`, which is the client's idea of the priorities in use.
local tasks, meta, leases, activity, details, scheduled, retrying, completed, cancelled, dead, tombstones, keys, windows
local ready, priorities

local function bind(at, known)
  tasks, meta, leases, activity, details = KEYS[at], KEYS[at + 1], KEYS[at + 2], KEYS[at + 3], KEYS[at + 4]
  scheduled, retrying = KEYS[at + 5], KEYS[at + 6]
  completed, cancelled, dead = KEYS[at + 7], KEYS[at + 8], KEYS[at + 9]
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
  for _, set in ipairs({ scheduled, retrying, completed, cancelled, dead, windows }) do call('ZCARD', set) end
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

local function setAttemptState(id, failures, crashes, stop, runAt, reason)
  call('HSET', details, id, failures .. ' ' .. crashes .. ' ' .. stop .. ' ' .. runAt .. ' ' .. reason)
end

-- Appends a failed attempt, one a line; keeps 20 of them, and always the last that has an error.
local function recordAttempt(id, line)
  local field = id .. ':attempts'
  local lines = call('HGET', details, field)
  if lines then
    local _, breaks = string.gsub(lines, '\n', '')
    if breaks >= 19 then
      local first, rest = string.match(lines, '^([^\n]*)\n(.*)$')
      if byte(first) == 70 and byte(line) ~= 70 and byte(rest) ~= 70 and not string.find(rest, '\nF', 1, true) then
        rest = first .. '\n' .. string.gsub(rest, '^[^\n]*\n', '', 1)
      end
      lines = rest
    end
    line = lines .. '\n' .. line
  end
  call('HSET', details, field, line)
end

-- The pieces of a lease: token (16 digits), expiry (13), since (13), worker, which the client pads: a hash whose values
-- are longer than 64 bytes is a table, in which a field is found without looking at the others.
local function expiryOf(lease) return tonumber(sub(lease, 17, 29)) or 0 end
local function sinceOf(lease) return sub(lease, 30, 42) end
local function workerOf(lease) return string.match(lease, '%S*', 43) end

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

-- Up to `limit` due tasks become pending, the earliest due first; of those due at the same instant the older id.
local function promote(limit)
  if limit <= 0 or call('EXISTS', scheduled, retrying) == 0 then return 0 end
  local due = {}
  for _, set in ipairs({ scheduled, retrying }) do
    local found = call('ZRANGEBYSCORE', set, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
    for i = 1, #found, 2 do
      due[#due + 1] = { id = found[i], at = tonumber(found[i + 1]), set = set }
    end
  end
  if #due == 0 then return 0 end
  table.sort(due, function(a, b) return a.at < b.at or (a.at == b.at and before(a.id, b.id)) end)
  local ids, gone, tails = {}, { [scheduled] = {}, [retrying] = {} }, {}
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
  if call('EXISTS', scheduled, retrying) == 0 then return nil end
  local first
  for _, set in ipairs({ scheduled, retrying }) do
    local head = call('ZRANGE', set, 0, 0, 'WITHSCORES')
    local at = tonumber(head[2])
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
