-- Settling attempts of the bound queue. `hasKeys`: some of its tasks have or had a key.

-- Ends the leases that are still the worker's. Answers their ids and the verdicts.
local function endLeases(given)
  local ids, marks = splitLeases(given), ''
  local held = fetch(leases, ids)
  -- include: end-leases
  return ids, marks
end

-- Completed tasks, to keep or to remove. Answers the verdicts.
local function settleCompleted(given, keep, hasKeys)
  if given == '' then return '' end
  local mine, marks = endLeases(given)
  if keep then
    local scores = {}
    for i = 1, #mine do scores[2 * i - 1], scores[2 * i] = now, mine[i] end
    sum('ZADD', sets[LAW.COMPLETED.to], scores)
  else
    remove(mine, hasKeys)
  end
  countEvent(activity, 'completed', #mine)
  return marks
end

-- Moves travel as text, the same one again and again: to, ifCancelled, event.
local moves = {}
local function moveOf(text)
  local move = moves[text]
  if not move then
    local to, ifCancelled, event = string.match(text, '^(%S+) (%S+) (%S+)$')
    move = { to = to, ifCancelled = ifCancelled, event = event }
    moves[text] = move
  end
  return move
end

-- Where the arguments of the next settlement begin: it has six, and if it has followers one and seven for each.
local function nextSettlement(a)
  local followers = ARGV[a + 5]
  return followers == '0' and a + 6 or a + 7 + 7 * followers
end

-- Any outcomes; their arguments are those from `a` to before `last`. Answers the verdicts, and what finishEnding does. Of
-- those that were applied and have followers it appends to `followed` where their arguments begin.
local function settleOthers(a, last, hasKeys, followed)
  if a == last then return '', nil end
  local ids, at = {}, {}
  while a < last do
    ids[#ids + 1], at[#at + 1] = ARGV[a], a
    a = nextSettlement(a)
  end
  allowWhenFull()
  local held, states, mine, ended, marks = fetch(leases, ids), fetch(details, ids), {}, {}, {}
  beginEnding()
  for i = 1, #ids do
    local id, lease, from = ids[i], held[i], at[i]
    marks[i] = '0'
    if lease and not ended[id] and sub(lease, 1, 16) == ARGV[from + 1] then
      marks[i], ended[id], mine[#mine + 1] = '1', true, id
      endAttempt(id, lease, states[i], moveOf(ARGV[from + 2]), ARGV[from + 3], ARGV[from + 4])
      if ARGV[from + 5] ~= '0' then followed[#followed + 1] = from end
    end
  end
  sum('HDEL', leases, mine)
  return table.concat(marks), finishEnding(hasKeys)
end

-- After a lost reply: every lease of this worker that it does not know of was claimed by the call whose reply it
-- lacks. Looks at all leases of the queue, which happens once per lost reply. Answers what finishEnding does.
local function releaseUnknown(worker, holding, hasKeys)
  local known, lost, all = {}, {}, call('HGETALL', leases)
  for i = 1, #holding, 32 do known[sub(holding, i, i + 31)] = true end
  for i = 1, #all, 2 do
    local id, lease = all[i], all[i + 1]
    if workerOf(lease) == worker and not known[id .. sub(lease, 1, 16)] then
      lost[#lost + 1] = { id = id, lease = lease, token = tonumber(sub(lease, 1, 16)) }
    end
  end
  if #lost == 0 then return nil end
  table.sort(lost, function(a, b) return a.token < b.token end)
  local ids, RELEASED = {}, LAW.RELEASED
  for i = 1, #lost do ids[i] = lost[i].id end
  local states = fetch(details, ids)
  sum('HDEL', leases, ids)
  beginEnding()
  for i = 1, #ids do endAttempt(ids[i], lost[i].lease, states[i], RELEASED, '', '') end
  return finishEnding(hasKeys)
end
