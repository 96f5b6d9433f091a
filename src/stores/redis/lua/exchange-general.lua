-- Settles attempts of any outcome and leases more tasks, for one queue or several of one slot.
-- exchange-fast.lua is for the common case; what it cannot do comes here.
-- KEYS: for each queue the 13 keys of shared/queue.lua, then the ready list of each known priority.
-- ARGV: shift, how many to lease, lease in ms, worker, then for each queue:
--   known priorities, 1 if to be claimed from,
--   leases (id and token, 32 bytes each) of completed tasks to remove, of completed tasks to keep,
--   '-' or the leases that the worker knows of,
--   how many settlements of other kinds; five arguments for each: id, token, kind, number, text.
-- Reply, for each queue: { verdicts of the three groups ('' if all applied, else '1' or '0' for each),
--   priorities in use if the client does not know them all (then nothing was done),
--   first token, ids, records, attempt states or '', due in ms or '' }, or a text that begins with '!' if it failed.
--
-- Order within a queue: what ends leases comes first, because a full Redis allows that (HDEL), and from the first
-- write on it refuses nothing. Then what is due, then the claim, so that a slot freed here can be filled here.
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
local left, leaseMs, worker = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local workerName = string.match(worker, '%S*')
local failed, died, completions, hasKeys, tombstoned, changed

-- Ends the leases that are still the worker's. Answers their ids and the verdicts.
local function endLeases(given)
  local ids, marks = splitLeases(given), ''
  local held = fetch(leases, ids)
  -- include: end-leases
  return ids, marks
end

local function settlePlain(given, keep)
  if given == '' then return '' end
  local mine, marks = endLeases(given)
  if keep then
    local scores = {}
    for i = 1, #mine do scores[2 * i - 1], scores[2 * i] = now, mine[i] end
    sum('ZADD', completed, scores)
  else
    remove(mine, hasKeys)
  end
  completions = completions + #mine
  return marks
end

local function finish(set, id) call('ZADD', set, now, id) end

-- One settlement of another kind: o completed with a result, r retry, d dead, s snooze, l release, c cancelled.
local function settleOne(id, token, kind, number, text, released)
  local lease = call('HGET', leases, id)
  if not lease or sub(lease, 1, 16) ~= token then return '0' end
  call('HDEL', leases, id)
  local f, c, stop, at, reason = attemptStateOf(call('HGET', details, id))
  if kind == 'o' then
    setAttemptState(id, f, c, 0, at, reason)
    call('HSET', details, id .. ':result', text)
    completions = completions + 1
    finish(completed, id)
  elseif kind == 'r' or kind == 'd' then
    recordAttempt(id, 'F ' .. sinceOf(lease) .. ' ' .. now .. ' ' .. (f + c + 1) .. ' ' .. workerOf(lease) .. ' ' .. text)
    failed = failed + 1
    if stop == 1 then
      setAttemptState(id, f + 1, c, 0, at, reason)
      finish(cancelled, id)
    elseif kind == 'r' then
      local due = now + number
      setAttemptState(id, f + 1, c, 0, due, reason)
      call('ZADD', retrying, due, id)
      changed = changed or 'due'
    else
      setAttemptState(id, f + 1, c, 0, at, number)
      died = died + 1
      finish(dead, id)
    end
  elseif kind == 's' and stop == 0 then
    local due = now + number
    setAttemptState(id, f, c, 0, due, reason)
    call('ZADD', scheduled, due, id)
    changed = changed or 'due'
  elseif kind == 'l' and stop == 0 then
    released[#released + 1] = id
  else
    if stop == 1 then setAttemptState(id, f, c, 0, at, reason) end
    finish(cancelled, id)
  end
  return '1'
end

local function settleOthers(a, count)
  if count == 0 then return '' end
  allowWhenFull()
  local marks, released = {}, {}
  for i = 1, count do
    marks[i] = settleOne(ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], released)
    a = a + 5
  end
  release(released, fetch(tasks, released))
  if #released > 0 then changed = 'ready' end
  return table.concat(marks)
end

-- After a lost reply: every lease of this worker that it does not know of was claimed by the call whose reply it
-- lacks. Looks at all leases of the queue, which happens once per lost reply.
local function releaseUnknown(holding)
  local known, lost, all = {}, {}, call('HGETALL', leases)
  for i = 1, #holding, 32 do known[sub(holding, i, i + 31)] = true end
  for i = 1, #all, 2 do
    if workerOf(all[i + 1]) == workerName and not known[all[i] .. sub(all[i + 1], 1, 16)] then
      lost[#lost + 1] = { id = all[i], token = tonumber(sub(all[i + 1], 1, 16)) }
    end
  end
  if #lost == 0 then return end
  table.sort(lost, function(a, b) return a.token < b.token end)
  local ids, released = {}, {}
  for i = 1, #lost do ids[i] = lost[i].id end
  local states = fetch(details, ids)
  sum('HDEL', leases, ids)
  for i = 1, #ids do
    local f, c, stop, at, reason = attemptStateOf(states[i])
    if stop == 1 then
      setAttemptState(ids[i], f, c, 0, at, reason)
      finish(cancelled, ids[i])
    else
      released[#released + 1] = ids[i]
    end
  end
  release(released, fetch(tasks, released))
  changed = 'ready'
end

-- Takes up to `want` ids off one ready list; nil if it is empty. With tombstones about (see shared/waiting.lua) it looks
-- before it takes, and may come back with fewer, or none, though more are there.
local function pop(priority, want)
  local list = ready[priority]
  if tombstoned == 0 then
    local taken = call('LPOP', list, want)
    if taken then call('HINCRBY', meta, 'head:' .. priority, #taken) end
    return taken
  end
  local seen = call('LRANGE', list, 0, math.min(want + tombstoned, 1000) - 1)
  if #seen == 0 then return nil end
  local entries, counts, live, taken = {}, {}, {}, 0
  for i = 1, #seen do entries[i] = priority .. seen[i] end
  local found = fetch(tombstones, entries)
  for i = 1, #seen do counts[entries[i]] = tonumber(found[i]) or 0 end
  if tombstoned > 0 then allowWhenFull() end
  for i = 1, #seen do
    if #live == want then break end
    taken = i
    local entry = entries[i]
    if counts[entry] > 0 then
      counts[entry] = counts[entry] - 1
      tombstoned = tombstoned - 1
      if call('HINCRBY', tombstones, entry, -1) <= 0 then call('HDEL', tombstones, entry) end
    else
      live[#live + 1] = seen[i]
    end
  end
  call('LPOP', list, taken)
  call('HSET', meta, 'tombstones', tombstoned)
  call('HINCRBY', meta, 'head:' .. priority, taken)
  return live
end

-- Leases up to `left` tasks. Answers the first token (the others count up from it), ids, records, attempt
-- states, and how long it is until the next task falls due.
local function claim(used, m)
  local ids, records, rounds = {}, {}, 0
  for i = 1, #used do
    local priority = tonumber(sub(used, i, i))
    while #ids < left and rounds < 50 do
      local taken = pop(priority, left - #ids)
      if not taken then break end
      rounds = rounds + 1
      local found = fetch(tasks, taken)
      for j = 1, #taken do
        if found[j] then
          ids[#ids + 1] = taken[j]
          records[#records + 1] = found[j]
        end
      end
    end
  end

  local token, states = '', ''
  if #ids > 0 then
    local expiry = now + leaseMs
    local lastToken, nextExpiry, rest = m[2], m[5], expiry .. now .. worker
    -- include: make-leases
    if call('EXISTS', details) == 1 then states = fetch(details, ids) end
  end

  local due = nextDue() or ''
  left = left - #ids
  if left > 0 then
    if rounds >= 50 then due = now end
    -- A full Redis may refuse this as the first write; then the worker's poll does without.
    if m[6] ~= '1' then redis.pcall('HSET', meta, 'idle', 1) end
  end
  return token, table.concat(ids), records, states, due == '' and '' or math.max(0, due - now)
end

local function serve(a)
  local wanted = ARGV[a + 1] == '1'
  local m = call('HMGET', meta, 'priorities', 'token', 'paused', 'tombstones', 'next-expiry', 'idle', 'has-keys', 'notified-at')
  local used = m[1] or ''
  if stale(used) then return { '', '', '', used, '', '', {}, '', '' } end
  check()
  failed, died, completions, hasKeys, tombstoned, changed = 0, 0, 0, m[7], tonumber(m[4]) or 0, nil

  local removed = settlePlain(ARGV[a + 2], false)
  local kept = settlePlain(ARGV[a + 3], true)
  local others = settleOthers(a + 6, tonumber(ARGV[a + 5]))
  if ARGV[a + 4] ~= '-' then releaseUnknown(ARGV[a + 4]) end
  countEvent(activity, 'completed', completions)
  countEvent(activity, 'failed', failed)
  countEvent(activity, 'dead', died)

  local token, ids, records, states, due = '', '', {}, '', ''
  if wanted then
    if promote(1000) > 0 then changed = 'ready' end
    if m[3] ~= '1' then token, ids, records, states, due = claim(used, m) end
  end
  -- What this claimer leaves behind may be for another one.
  if changed and m[3] ~= '1' and (not wanted or left <= 0) then notify(meta, m[6], m[8], changed == 'ready') end
  return { removed, kept, others, '', token, ids, records, states, due }
end

local replies, k, a = {}, 1, 5
while a <= #ARGV do
  bind(k, ARGV[a])
  local ok, reply = pcall(serve, a)
  if not ok then reply = '!' .. (type(reply) == 'table' and reply.err or tostring(reply)) end
  replies[#replies + 1] = reply
  k = k + 13 + #ARGV[a]
  a = a + 6 + 5 * ARGV[a + 5]
end
return replies
