-- Housekeeping of one queue: due tasks become pending, expired leases end, finished tasks beyond the retention go,
-- keys whose window has closed are forgotten, and so are yesterday's counters.
-- KEYS: as shared/keys.lua. ARGV: shift, known priorities, then the most to promote, to expire, to prune (and of
--   keys), then for each state that is pruned: the state, how old in ms its tasks may be, and how many there may be.
-- Reply: { priorities in use if the client does not know them all, promoted, expired, pruned, keys, 1 if to go on, id, worker
--   and new state of what was taken back … }
--
-- Every part begins with a removal, which a full Redis allows.
-- include: time
-- include: batch
-- include: priority
local k, known = 1, ARGV[2]
-- include: keys
local m = call('HMGET', meta, 'priorities', 'idle', 'notified-at', 'has-keys', 'next-expiry', 'expiry-cursor', 'paused')
local used, hasKeys = m[1] or '', m[4]
-- include: check
if stale then return { used, 0, 0, 0, 0, 0, {} } end
call('HDEL', meta, '') -- a full Redis allows this, and then the rest

local limit = tonumber(ARGV[3])
-- include: promote

-- `next-expiry` is before the end of every lease, so nothing is looked at before it. Then all leases are gone through in
-- steps; `expiry-cursor` says where to go on, so that any process may take the next one and a crash between them loses
-- nothing.
-- A sorted set of deadlines would cost every task two more writes of 1 us each; this costs 0.3 us per lease and period.
local expired, goOn, change, recovered = 0, 0, nil, {}
limit = tonumber(ARGV[4])
local cursor, earliest = m[6], tonumber(m[5]) or 9e15
if limit > 0 and (cursor or now >= earliest) then
  if not cursor then cursor, earliest = '0', 9e15 end
  local step, overdue = call('HSCAN', leases, cursor, 'COUNT', 500), {}
  for i = 1, #step[2], 2 do
    local lease = step[2][i + 1]
    local ends = tonumber(sub(lease, 17, 29)) or 0
    if ends <= now then
      overdue[#overdue + 1] = { id = step[2][i], lease = lease, token = tonumber(sub(lease, 1, 16)) or 0 }
    elseif ends < earliest then
      earliest = ends
    end
  end
  call('HSET', meta, 'next-expiry', earliest)
  -- Those that were claimed first run first.
  table.sort(overdue, function(a, b) return a.token < b.token end)
  local ids, held, moveOf, delayOf, textOf, gone, expiry = {}, {}, {}, {}, {}, {}, LAW.EXPIRY
  for i = 1, math.min(limit, #overdue) do
    ids[i], held[i], moveOf[i], delayOf[i], textOf[i] = overdue[i].id, overdue[i].lease, expiry, 0, ''
  end
  -- include: end-attempts
  -- include: remove-tasks
  expired = #ids
  local states = {}
  for state, list in pairs(entering) do
    for i = 2, #list, 2 do states[list[i]] = state end
  end
  for i = 1, expired do
    recovered[3 * i - 2], recovered[3 * i - 1] = ids[i], string.match(held[i], '%S*', 43)
    recovered[3 * i] = states[ids[i]] or expiry.to
  end
  -- Those beyond the limit come with the next step, which begins where this one did.
  if #overdue > limit then step[1] = cursor end
  if step[1] == '0' and #overdue <= limit then
    call('HDEL', meta, 'expiry-cursor')
  else
    call('HSET', meta, 'expiry-cursor', step[1])
    goOn = 1
  end
end

local pruned, budget = 0, tonumber(ARGV[5])
for a = 6, #ARGV, 3 do
  local set, ageMs, count, most = KEYS[k + LAYOUT.SETS[ARGV[a]]], ARGV[a + 1], ARGV[a + 2], budget - pruned
  if most > 0 then
    local gone = call('ZRANGEBYSCORE', set, '-inf', now - ageMs, 'LIMIT', 0, most)
    local over = call('ZCARD', set) - count
    if over > #gone and #gone < most then gone = call('ZRANGE', set, 0, math.min(over, most) - 1) end
    sum('ZREM', set, gone)
    -- include: remove-tasks
    pruned = pruned + #gone
  end
end

-- A key whose task still exists stays, whatever its state: it may live again. It goes with its task, as
-- shared/remove-tasks.lua has it.
local closed = 0
if hasKeys and budget > 0 then
  local names = call('ZRANGEBYSCORE', windows, '-inf', now, 'LIMIT', 0, budget)
  if #names > 0 then
    local holders, ids, gone = fetch(keys, names), {}, {}
    for i = 1, #names do ids[i] = holders[i] and sub(holders[i], 1, 16) or '' end
    local records = fetch(tasks, ids)
    for i = 1, #names do
      if not records[i] and (not holders[i] or tonumber(sub(holders[i], 17, 29)) <= now) then
        gone[#gone + 1] = names[i]
      end
    end
    sum('ZREM', windows, names)
    sum('HDEL', keys, gone)
    closed = #names
  end
end

-- 1,440 minutes of six counters; looked at when there are clearly more. The totals, which have no minute, stay.
if call('HLEN', activity) > 10000 then
  local oldest, old = floor(now / 60000) - 1440, {}
  for _, field in ipairs(call('HKEYS', activity)) do
    if sub(field, 1, 6) ~= 'total:' and (tonumber(string.match(field, '^%d+')) or 0) < oldest then old[#old + 1] = field end
  end
  sum('HDEL', activity, old)
end

if m[7] ~= '1' and promoted + expired > 0 then
  local idle, notifiedAt, empty, notified = m[2], m[3], true, 0
  -- include: notify-listeners
end
return { '', promoted, expired, pruned, closed, goOn, recovered }
