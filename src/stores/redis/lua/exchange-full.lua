-- Settles attempts of any outcome and leases more tasks, for one queue or several of one slot. exchange.lua is the
-- short way for the common case; what it cannot do comes here.
-- KEYS: for each queue the 13 keys of shared/queue.lua, then the ready list of each known priority.
-- ARGV: shift, how many to lease, lease in ms, worker, then for each queue:
--   known priorities, 1 if to be claimed from,
--   leases (id and token, 32 bytes each) of completed tasks to remove, of completed tasks to keep,
--   '-' or the leases that the worker knows of,
--   how many settlements of other kinds; five arguments for each: id, token, kind, number, text.
-- Reply, for each queue: { verdicts of the three groups ('' if all applied, else '1' or '0' for each),
--   priorities in use if the caller does not know them all (then nothing was done),
--   first token, ids, records, extras or '', due in ms or '' }, or a text that begins with '!' if it failed.
--
-- Order within a queue: what ends leases comes first, because a full Redis allows that (HDEL), and from the first
-- write on it refuses nothing. Then what is due, then the claim, so that a slot freed here can be filled here.
-- include: time
-- include: prelude
-- include: wake
-- include: record
-- include: order
-- include: queue
local left, leaseMs, worker = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local name = string.match(worker, '%S*')
local failed, died, completions, keyed, void, stir

-- Takes the leases that are still the caller's off the books. Answers their ids and the verdicts.
local function take(given)
  local ids = splitLeases(given)
  local held, mine, marks = fetch(leases, ids), {}, ''
  for i = 1, #ids do
    local lease = held[i]
    if lease and sub(lease, 1, 16) == sub(given, 32 * i - 15, 32 * i) then mine[#mine + 1] = ids[i] end
  end
  -- HDEL answers fewer if one lease was named twice: the first mention ends it.
  if #mine == #ids and sum('HDEL', leases, mine) == #mine then return mine, marks end
  local seen, once = {}, {}
  for i = 1, #ids do
    local id, lease = ids[i], held[i]
    local applied = lease and not seen[id] and sub(lease, 1, 16) == sub(given, 32 * i - 15, 32 * i)
    if applied then
      seen[id] = true
      once[#once + 1] = id
    end
    marks = marks .. (applied and '1' or '0')
  end
  sum('HDEL', leases, once)
  return once, marks
end

local function settlePlain(given, keep)
  if given == '' then return '' end
  local mine, marks = take(given)
  if keep then
    local scores = {}
    for i = 1, #mine do scores[2 * i - 1], scores[2 * i] = now, mine[i] end
    sum('ZADD', completed, scores)
  else
    remove(mine, keyed)
  end
  completions = completions + #mine
  return marks
end

local function finish(shelf, id) call('ZADD', shelf, now, id) end

-- One settlement of another kind: o completed with a result, r retry, d dead, s snooze, l release, c cancelled.
local function settleOne(id, token, kind, number, text, released)
  local lease = call('HGET', leases, id)
  if not lease or sub(lease, 1, 16) ~= token then return '0' end
  call('HDEL', leases, id)
  local f, c, stop, at, reason = extraOf(call('HGET', extras, id))
  if kind == 'o' then
    setExtra(id, f, c, 0, at, reason)
    call('HSET', extras, id .. 'o', text)
    completions = completions + 1
    finish(completed, id)
  elseif kind == 'r' or kind == 'd' then
    note(id, 'F ' .. sinceOf(lease) .. ' ' .. now .. ' ' .. (f + c + 1) .. ' ' .. workerOf(lease) .. ' ' .. text)
    failed = failed + 1
    if stop == 1 then
      setExtra(id, f + 1, c, 0, at, reason)
      finish(cancelled, id)
    elseif kind == 'r' then
      local due = now + number
      setExtra(id, f + 1, c, 0, due, reason)
      call('ZADD', retrying, due, id)
      stir = stir or 'due'
    else
      setExtra(id, f + 1, c, 0, at, number)
      died = died + 1
      finish(dead, id)
    end
  elseif kind == 's' and stop == 0 then
    local due = now + number
    setExtra(id, f, c, 0, due, reason)
    call('ZADD', scheduled, due, id)
    stir = stir or 'due'
  elseif kind == 'l' and stop == 0 then
    released[#released + 1] = id
  else
    if stop == 1 then setExtra(id, f, c, 0, at, reason) end
    finish(cancelled, id)
  end
  return '1'
end

local function settleMixed(a, count)
  if count == 0 then return '' end
  unlock()
  local marks, released = {}, {}
  for i = 1, count do
    marks[i] = settleOne(ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], released)
    a = a + 5
  end
  giveBack(released, fetch(tasks, released))
  if #released > 0 then stir = 'ready' end
  return table.concat(marks)
end

-- After a lost reply: every lease of this worker that it does not know of was claimed by the call whose reply it
-- lacks. Looks at all leases of the queue, which happens once per lost reply.
local function giveBackUnknown(holding)
  local known, lost, all = {}, {}, call('HGETALL', leases)
  for i = 1, #holding, 32 do known[sub(holding, i, i + 31)] = true end
  for i = 1, #all, 2 do
    if workerOf(all[i + 1]) == name and not known[all[i] .. sub(all[i + 1], 1, 16)] then
      lost[#lost + 1] = { id = all[i], token = tonumber(sub(all[i + 1], 1, 16)) }
    end
  end
  if #lost == 0 then return end
  table.sort(lost, function(a, b) return a.token < b.token end)
  local ids, released = {}, {}
  for i = 1, #lost do ids[i] = lost[i].id end
  local texts = fetch(extras, ids)
  sum('HDEL', leases, ids)
  for i = 1, #ids do
    local f, c, stop, at, reason = extraOf(texts[i])
    if stop == 1 then
      setExtra(ids[i], f, c, 0, at, reason)
      finish(cancelled, ids[i])
    else
      released[#released + 1] = ids[i]
    end
  end
  giveBack(released, fetch(tasks, released))
  stir = 'ready'
end

-- Takes up to `want` ids off one ready list; nil if it is empty. With void entries about (see shared/waiting.lua) it
-- looks before it takes, and may come back with fewer, or none, though more are there.
local function pop(level, want)
  local list = ready[level]
  if void == 0 then
    local taken = call('LPOP', list, want)
    if taken then call('HINCRBY', meta, 'head' .. level, #taken) end
    return taken
  end
  local seen = call('LRANGE', list, 0, math.min(want + void, 1000) - 1)
  if #seen == 0 then return nil end
  local names, counts, live, taken = {}, {}, {}, 0
  for i = 1, #seen do names[i] = level .. seen[i] end
  local found = fetch(voids, names)
  for i = 1, #seen do counts[names[i]] = tonumber(found[i]) or 0 end
  if void > 0 then unlock() end
  for i = 1, #seen do
    if #live == want then break end
    taken = i
    local name = names[i]
    if counts[name] > 0 then
      counts[name] = counts[name] - 1
      void = void - 1
      if call('HINCRBY', voids, name, -1) <= 0 then call('HDEL', voids, name) end
    else
      live[#live + 1] = seen[i]
    end
  end
  call('LPOP', list, taken)
  call('HSET', meta, 'voids', void)
  call('HINCRBY', meta, 'head' .. level, taken)
  return live
end

-- Leases up to `left` tasks. Answers the first token (the others count up from it), ids, records, extras, and how long
-- it is until the next task falls due.
local function claim(used, m)
  local ids, records, rounds = {}, {}, 0
  for l = 1, #used do
    local level = tonumber(sub(used, l, l))
    while #ids < left and rounds < 50 do
      local taken = pop(level, left - #ids)
      if not taken then break end
      rounds = rounds + 1
      local found = fetch(tasks, taken)
      for i = 1, #taken do
        if found[i] then
          ids[#ids + 1] = taken[i]
          records[#records + 1] = found[i]
        end
      end
    end
  end

  local token, texts = '', ''
  if #ids > 0 then
    -- A fence is the time of its claim in us, and higher than every earlier one: so it stays one after a failover that
    -- lost the counter, and after the clock was set back.
    local first = math.max(clock[1] * 1000000 + clock[2], (tonumber(m[2]) or 0) + 1)
    token = string.format('%.0f', first)
    local head, tail, n = sub(token, 1, 13), tonumber(sub(token, 14)), #ids
    local rest = (now + leaseMs) .. now .. worker
    local fields, format = {}, string.format
    for i = 1, n do
      fields[2 * i - 1] = ids[i]
      if tail == 1000 then
        head, tail = format('%.0f', (first + i - 1) / 1000), 0
      end
      fields[2 * i] = head .. format('%03d', tail) .. rest
      tail = tail + 1
    end
    sum('HSET', leases, fields)
    call('HSET', meta, 'token', format('%.0f', first + n - 1))
    if now + leaseMs < (tonumber(m[5]) or 9e15) then call('HSET', meta, 'until', now + leaseMs) end
    if call('EXISTS', extras) == 1 then texts = fetch(extras, ids) end
  end

  local due = nextDue() or ''
  left = left - #ids
  if left > 0 then
    if rounds >= 50 then due = now end
    -- A full Redis may refuse this as the first write; then the worker's poll does without.
    if m[6] ~= '1' then redis.pcall('HSET', meta, 'idle', 1) end
  end
  return token, table.concat(ids), records, texts, due == '' and '' or math.max(0, due - now)
end

local function serve(a)
  local wanted = ARGV[a + 1] == '1'
  local m = call('HMGET', meta, 'levels', 'token', 'paused', 'voids', 'until', 'idle', 'keyed', 'woken')
  local used = m[1] or ''
  if stale(used) then return { '', '', '', used, '', '', {}, '', '' } end
  check()
  failed, died, completions, keyed, void, stir = 0, 0, 0, m[7], tonumber(m[4]) or 0, nil

  local removed = settlePlain(ARGV[a + 2], false)
  local kept = settlePlain(ARGV[a + 3], true)
  local mixed = settleMixed(a + 6, tonumber(ARGV[a + 5]))
  if ARGV[a + 4] ~= '-' then giveBackUnknown(ARGV[a + 4]) end
  tally(activity, 'c', completions)
  tally(activity, 'f', failed)
  tally(activity, 'd', died)

  local token, ids, records, texts, due = '', '', {}, '', ''
  if wanted then
    if promote(1000) > 0 then stir = 'ready' end
    if m[3] ~= '1' then token, ids, records, texts, due = claim(used, m) end
  end
  -- What this claimer leaves behind may be for another one.
  if stir and m[3] ~= '1' and (not wanted or left <= 0) then wake(meta, m[6], m[8], stir == 'ready') end
  return { removed, kept, mixed, '', token, ids, records, texts, due }
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
