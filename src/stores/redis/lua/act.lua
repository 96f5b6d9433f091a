-- One act on tasks of a queue, in order. Where it leads from which state is given with it; a state that is not named there
-- refuses it.
-- KEYS: as shared/queue.lua. ARGV: shift, known priorities, the act's rule as JSON (`ActRule` in task/life.ts), ids.
-- Reply: { priorities in use if the client does not know them all, an answer for each of the first ids … }, which is
--   { 'missing' }, { 'refused', state } or { 'applied', view }. Ends early when records of 1 MB have been read: Redis
--   takes 1 ms for each, and serves nobody else meanwhile. At least one is acted on.
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
-- include: view
-- include: waiting
bind(1, ARGV[2])
local m = call('HMGET', meta, 'priorities', 'has-keys')
if stale(m[1] or '') then return { m[1] } end
check()
local rule, TERMINAL, writes = cjson.decode(ARGV[3]), LAW.TERMINAL, false

local function carryOut(task, to)
  local id, from, record = task[1], task[2], task[4]
  if not writes then allowWhenFull() end
  writes = true
  local failures, crashes, stop, runAt, reason = attemptStateOf(task[5] ~= '' and task[5])
  if rule.renews then failures, crashes, reason = 0, 0, '-' end
  if rule.due then runAt = now end
  if from == 'running' then
    -- Its worker hears of it when it extends the lease.
    stop = 1
  else
    local priority = usablePriority(record)
    leave(id, from, priority)
    if to == 'removed' then
      remove({ id }, m[2])
      return
    end
    local score = TERMINAL[to] and now or tonumber(runAt) or runAtOf(record) or now
    join(id, to, priority, score)
    task[2], task[3] = to, sets[to] and '' .. score or ''
  end
  local after = writeAttemptState(failures, crashes, stop, runAt, reason)
  if after ~= (task[5] == '' and '0 0 0 - -' or task[5]) then call('HSET', details, id, after) end
  task[5] = after
end

local replies, size = { '' }, 0
for i, id in ipairs(split(ARGV[4])) do
  local task = view(id, true)
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
