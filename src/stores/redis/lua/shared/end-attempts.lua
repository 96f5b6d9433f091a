-- Fragment: ends attempts, whose leases go off the books first, because a full Redis allows that. Each task goes where its
-- move leads: `to`, or `ifCancelled` if someone asked it to stop. `event` is what the end counts as: 'failed' costs a
-- failure and is recorded with the error, 'crashed' costs a crash, and with `ifSpent` the task's crash limit is looked at.
-- In: shared/keys.lua, shared/batch.lua, shared/priority.lua, known, ids (each once), held (their leases), moveOf, detailOf
--   (the delay of one that will wait, the reason of one that will be dead, 'result' of one that has a result), textOf (the
--   error as JSON, or the result), gone (tasks to remove, to which it adds).
-- Out: change ('ready' if tasks can be claimed again, 'due' if some will be, else as it was).
--
-- A lease is token (16 digits), expiry (13), since (13), worker, which the client pads: a hash whose values are longer than
-- 64 bytes is a table, in which a field is found without looking at the others.
local states, sets, terminal = fetch(details, ids), LAYOUT.SETS, LAW.TERMINAL
local fields, entering, back, events = {}, {}, {}, {}
sum('HDEL', leases, ids)
for i = 1, #ids do
  local id, lease, move, detail, state = ids[i], held[i], moveOf[i], detailOf[i], states[i]
  -- include: attempt-state
  local to, event = stop == 1 and move.ifCancelled or move.to, move.event
  if event == 'failed' or event == 'crashed' then
    local kind, number, failure = event == 'failed' and 'F' or 'C', failures + crashes + 1, nil
    if event == 'failed' then
      failures, failure = failures + 1, textOf[i]
    else
      crashes = crashes + 1
      if move.ifSpent and stop == 0 then
        -- include: field
        local limit = tonumber(fieldOf(call('HGET', tasks, id), 4)) or LAW.DEFAULT_CRASH_LIMIT
        if crashes > limit then to, detail = move.ifSpent, move.reason end
      end
    end
    -- include: record-attempt
  elseif detail == 'result' and to ~= 'removed' then
    fields[#fields + 1], fields[#fields + 2] = id .. ':result', textOf[i]
  end
  if event ~= '-' then events[event] = (events[event] or 0) + 1 end
  if to == 'removed' then
    gone[#gone + 1] = id
  elseif not sets[to] then
    back[#back + 1] = id
  else
    local list, score = entering[to] or {}, now
    if not terminal[to] then
      score = now + detail
      runAt, change = score, change or 'due'
    elseif to == 'dead' then
      reason = detail
      events[to] = (events[to] or 0) + 1
    end
    list[#list + 1], list[#list + 2] = score, id
    entering[to] = list
  end
  -- A task to which nothing happened has no state.
  if to ~= 'removed' and (state or failures + crashes > 0 or runAt ~= '-' or reason ~= '-') then
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
-- A counter that another program broke must not stop the work that it counts.
for event, count in pairs(events) do redis.pcall('HINCRBY', activity, floor(now / 60000) .. ':' .. event, count) end
