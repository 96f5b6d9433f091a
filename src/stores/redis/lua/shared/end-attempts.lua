-- Fragment: ends attempts, whose leases go off the books first, because a full Redis allows that. Each task goes where its
-- move leads (see `Move` in law.ts): `to`, or `ifCancelled` if someone asked it to stop; with `ifSpent` its crash limit is
-- looked at. What costs something is recorded as an attempt.
-- In: shared/keys.lua, shared/batch.lua, shared/priority.lua, known, ids (each once), held (their leases), moveOf, delayOf
--   (in ms, of those that come to wait for their time), textOf (what the move brings), gone (tasks to remove, to which it adds).
-- Out: change ('ready' if tasks can be claimed again, 'due' if some will be, else as it was).
--
-- A lease is token (16 digits), expiry (13), since (13), worker, which the client pads: a hash whose values are longer than
-- 64 bytes is a table, in which a field is found without looking at the others.
local states, sets, timed, counted = fetch(details, ids), LAYOUT.SETS, LAW.TIMED, LAW.COUNTED
local fields, entering, back, events = {}, {}, {}, {}
sum('HDEL', leases, ids)
for i = 1, #ids do
  local id, lease, move, state = ids[i], held[i], moveOf[i], states[i]
  -- include: attempt-state
  local to, brings, costs = stop == 1 and move.ifCancelled or move.to, move.brings, move.costs
  local putBack = sub(reason, 1, 1) == '@' and reason or '@' .. now
  if move.puts == 'back' and textOf[i] ~= '' then putBack = '@' .. now - textOf[i] end
  reason = move.reason
  if costs ~= '-' then
    local kind, number, failure = 'F', failures + crashes + 1, brings == 'error' and textOf[i]
    if costs == 'failure' then
      failures = failures + 1
      events[':failed'] = (events[':failed'] or 0) + 1
    else
      kind, crashes = 'C', crashes + 1
      events[':crashed'] = (events[':crashed'] or 0) + 1
      if move.ifSpent and stop == 0 then
        -- include: field
        local limit = tonumber(fieldOf(call('HGET', tasks, id), 4)) or LAW.DEFAULT_CRASH_LIMIT
        if crashes > limit then to = move.ifSpent end
      end
    end
    -- include: record-attempt
  end
  if move.counts ~= '-' and stop == 0 then
    events[':' .. move.counts] = (events[':' .. move.counts] or 0) + 1
  end
  if brings == 'result' then fields[#fields + 1], fields[#fields + 2] = id .. ':result', textOf[i] end
  if counted[to] then events[':' .. to] = (events[':' .. to] or 0) + 1 end
  if to ~= 'dead' then reason = move.puts == 'back' and putBack or '-' end
  if brings == 'nothing' then
    gone[#gone + 1] = id
  elseif not sets[to] then
    back[#back + 1] = id
  else
    local list, score = entering[to] or {}, now
    if timed[to] then
      score = now + delayOf[i]
      change = change or 'due'
      runAt = score
    end
    list[#list + 1], list[#list + 2] = score, id
    entering[to] = list
  end
  -- A task to which nothing happened has no state.
  if brings ~= 'nothing' and (state or failures + crashes > 0 or runAt ~= '-' or reason ~= '-') then
    local after = failures .. ' ' .. crashes .. ' 0 ' .. runAt .. ' ' .. reason
    if after ~= state then fields[#fields + 1], fields[#fields + 2] = id, after end
  end
end
sum('HSET', details, fields)
for state, list in pairs(entering) do sum('ZADD', KEYS[k + sets[state]], list) end
if #back > 0 then
  -- Back to the head, the first of them first. LPUSH takes them from behind.
  local records, heads = fetch(tasks, back), {}
  for i = #back, 1, -1 do
    if records[i] then
      local priority = priorityOf(records[i], known)
      local list = heads[priority] or {}
      list[#list + 1] = back[i]
      heads[priority] = list
    end
  end
  for priority, list in pairs(heads) do
    sum('LPUSH', KEYS[k + 12 + string.find(known, priority, 1, true)], list)
    call('HINCRBY', meta, 'head:' .. priority, -#list)
  end
  change = 'ready'
end
for event, count in pairs(events) do
  -- include: count-event
end
