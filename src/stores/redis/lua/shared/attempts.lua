-- How attempts end: by what became of them, or because their lease ran out. Their leases are off the books already. What
-- several of them lead to is gathered, and written at once by `finishEnding`.
local TERMINAL = LAW.TERMINAL
local fields, entering, back, gone, events, waits

local function beginEnding()
  fields, entering, back, gone, events, waits = {}, {}, {}, {}, {}, false
end

local function countEnding(event) events[event] = (events[event] or 0) + 1 end

-- The pieces of a lease: token (16 digits), expiry (13), since (13), worker, which the client pads: a hash whose values
-- are longer than 64 bytes is a table, in which a field is found without looking at the others.
local function expiryOf(lease) return tonumber(sub(lease, 17, 29)) or 0 end
local function sinceOf(lease) return sub(lease, 30, 42) end
local function workerOf(lease) return string.match(lease, '%S*', 43) end

-- Appends an attempt, one a line: 'F' failed or 'C' crashed, since, until, number, worker, error. Keeps the last ones,
-- and always the last that has an error.
local function recordAttempt(id, kind, lease, number, failure)
  local field = id .. ':attempts'
  local line = kind .. ' ' .. sinceOf(lease) .. ' ' .. now .. ' ' .. number .. ' ' .. workerOf(lease)
  if failure then line = line .. ' ' .. failure end
  local lines = call('HGET', details, field)
  if lines then
    local _, breaks = string.gsub(lines, '\n', '')
    if breaks >= LAW.ATTEMPTS_KEPT - 1 then
      local first, rest = string.match(lines, '^([^\n]*)\n(.*)$')
      if byte(first) == 70 and kind ~= 'F' and byte(rest) ~= 70 and not string.find(rest, '\nF', 1, true) then
        rest = first .. '\n' .. string.gsub(rest, '^[^\n]*\n', '', 1)
      end
      lines = rest
    end
    line = lines .. '\n' .. line
  end
  call('HSET', details, field, line)
end

-- The end of one attempt. `state` is the task's attempt state as text, or false. `move` says where it leads: `to`, or
-- `ifCancelled` if someone asked the task to stop; and what it counts as (`event`): 'failed' costs a failure and is
-- recorded with `text`, an error as JSON; 'crashed' costs a crash. `detail` is the delay of a task that will wait, the
-- reason of one that will be dead, or 'result' if `text` is one. With `ifSpent` the crash limit in `record` is looked at.
local function endAttempt(id, lease, state, move, detail, text, record)
  local failures, crashes, stop, runAt, reason = attemptStateOf(state)
  local to, event = stop == 1 and move.ifCancelled or move.to, move.event
  if event == 'failed' then
    recordAttempt(id, 'F', lease, failures + crashes + 1, text)
    failures = failures + 1
  elseif event == 'crashed' then
    recordAttempt(id, 'C', lease, failures + crashes + 1)
    crashes = crashes + 1
    if move.ifSpent and stop == 0 and crashes > crashLimitOf(record) then to, detail = move.ifSpent, move.reason end
  elseif detail == 'result' and to ~= 'removed' then
    fields[#fields + 1] = id .. ':result'
    fields[#fields + 1] = text
  end
  if event ~= '-' then countEnding(event) end
  if to == 'removed' then
    gone[#gone + 1] = id
    return
  end
  if sets[to] then
    local list, score = entering[to] or {}, now
    if not TERMINAL[to] then
      score, waits = now + detail, true
      runAt = score
    elseif to == 'dead' then
      reason = detail
      countEnding(to)
    end
    list[#list + 1], list[#list + 2] = score, id
    entering[to] = list
  else
    back[#back + 1] = id
  end
  local after = writeAttemptState(failures, crashes, 0, runAt, reason)
  if after ~= (state or '0 0 0 - -') then
    fields[#fields + 1] = id
    fields[#fields + 1] = after
  end
end

-- Answers 'ready' if tasks can be claimed again, 'due' if some will be, nil if none.
local function finishEnding(hasKeys)
  sum('HSET', details, fields)
  for state, list in pairs(entering) do sum('ZADD', sets[state], list) end
  remove(gone, hasKeys)
  release(back, fetch(tasks, back))
  for event, count in pairs(events) do countEvent(activity, event, count) end
  return #back > 0 and 'ready' or (waits and 'due' or nil)
end
