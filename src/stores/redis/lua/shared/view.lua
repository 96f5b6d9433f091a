-- Tasks as they are shown. In: shared/keys.lua.

-- Where a task stands, derived from the one place that has it: there is no second copy of the state to disagree. What is
-- neither leased nor in a sorted set is in a ready list. Answers the state, and the lease or score.
local function stateOf(id)
  local lease = call('HGET', leases, id)
  if lease then return 'running', lease end
  for state, offset in pairs(LAYOUT.SETS) do
    local at = call('ZSCORE', KEYS[k + offset], id)
    if at then return state, at end
  end
  return 'pending', ''
end

-- All there is to show of a task, for view.ts: id, state, lease or score, record, attempt state, attempts, result.
-- `brief`: of the attempts only the last that has an error.
local function view(id, brief)
  local record = call('HGET', tasks, id)
  if not record then return nil end
  local state, at = stateOf(id)
  local more = call('HMGET', details, id, id .. ':attempts', id .. ':result')
  local attempts = more[2] or ''
  if brief and attempts ~= '' then
    attempts = string.match('\n' .. attempts, '^.*\n([^\n{]*{[^\n]*)') or ''
  end
  return { id, state, at, record, more[1] or '', attempts, more[3] }
end
