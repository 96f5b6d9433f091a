-- One act on tasks of a queue, in order. Where it leads from which state is given with it; a state that is not named there
-- refuses it.
-- KEYS: as shared/keys.lua. ARGV: shift, known priorities, the act's rule as JSON (`ActRule` in task/life.ts), ids.
-- Reply: { priorities in use if the client does not know them all, an answer for each of the first ids … }, which is
--   { 'missing' }, { 'refused', state } or { 'applied', view }. Ends early when records of 1 MB have been read: Redis
--   takes 1 ms for each, and serves nobody else meanwhile. At least one is acted on.
-- include: time
-- include: batch
-- include: priority
-- include: field
local k, known = 1, ARGV[2]
-- include: keys
local m = call('HMGET', meta, 'priorities', 'has-keys')
local used, hasKeys = m[1] or '', m[2]
-- include: check
if stale then return { used } end
-- include: view
-- include: waiting
local rule, terminal, counted, writes = cjson.decode(ARGV[3]), LAW.TERMINAL, LAW.COUNTED, false

-- `task` is a view, which is made to show what the task is afterwards.
local function carryOut(task, to)
  local id, from, record, state = task[1], task[2], task[4], task[5]
  if not writes then call('HDEL', meta, '') end -- a full Redis allows this, and then the rest
  writes = true
  -- include: attempt-state
  if rule.renews then failures, crashes = 0, 0 end
  if rule.due then runAt = now end
  if to == 'running' then
    -- Its worker hears of it when it extends the lease.
    stop = 1
  else
    local priority, gone = priorityOf(record, known), {}
    leave(id, from, priority)
    if to == 'removed' then
      gone[1] = id
      -- include: remove-tasks
      return
    end
    local score = terminal[to] and now or tonumber(runAt) or tonumber(fieldOf(record, 1)) or now
    join(id, to, priority, score)
    if counted[to] then
      local event, count = ':' .. to, 1
      -- include: count-event
    end
    stop = 0
    -- Of one that was put back, the reason is since when: see shared/attempt-state.lua.
    if to == 'dead' or rule.due or sub(reason, 1, 1) ~= '@' then reason = to == 'dead' and rule.reason or '-' end
    task[2], task[3] = to, sets[to] and '' .. score or ''
  end
  local after = failures .. ' ' .. crashes .. ' ' .. stop .. ' ' .. runAt .. ' ' .. reason
  if state ~= '' or after ~= '0 0 0 - -' then
    call('HSET', details, id, after)
    task[5] = after
  end
end

local replies, size, ids = { '' }, 0, ARGV[4]
for i = 1, #ids / 16 do
  local task = view(sub(ids, 16 * i - 15, 16 * i), true)
  local to = task and rule.leads[task[2]]
  if not task then
    replies[i + 1] = { 'missing' }
  elseif not to then
    replies[i + 1] = { 'refused', task[2] }
  else
    carryOut(task, to)
    replies[i + 1] = { 'applied', task }
  end
  size = size + (task and #task[4] or 0)
  if size >= 1048576 then break end
end
announce(false)
return replies
