-- Housekeeping of one queue: due tasks become pending, expired leases end, finished tasks beyond the retention go,
-- keys whose window has closed are forgotten, and so are yesterday's counters.
-- KEYS: as shared/queue.lua. ARGV: shift, known priorities, then the most to promote, to expire, to prune (and of
--   keys), then '-' or age in ms and count for completed, cancelled and dead.
-- Reply: { priorities in use if the client does not know them all, promoted, expired, pruned, keys, 1 if to go on }
--
-- Every part begins with a removal, which a full Redis allows.
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
-- include: attempts
bind(1, ARGV[2])
local m = call('HMGET', meta, 'priorities', 'idle', 'notified-at', 'has-keys', 'next-expiry', 'expiry-cursor', 'paused')
if stale(m[1] or '') then return { m[1], 0, 0, 0, 0, 0 } end
check()
allowWhenFull()

local promoted = promote(tonumber(ARGV[3]))

-- `next-expiry` is before the end of every lease, so nothing is looked at before it. Then all leases are gone through in
-- steps; `expiry-cursor` says where to go on, so that any process may take the next one and a crash between them loses
-- nothing.
-- A sorted set of deadlines would cost every task two more writes of 1 us each; this costs 0.3 us per lease and period.
local expired, goOn = 0, 0

-- The leases that this step finds to have ended, the one claimed first before the others, and when the next one ends.
local function overdue(found, earliest)
  local list = {}
  for i = 1, #found, 2 do
    local lease = found[i + 1]
    local ends = expiryOf(lease)
    if ends <= now then
      list[#list + 1] = { id = found[i], lease = lease, token = tonumber(sub(lease, 1, 16)) or 0 }
    elseif ends < earliest then
      earliest = ends
    end
  end
  table.sort(list, function(a, b) return a.token < b.token end)
  return list, earliest
end

local function expire(limit)
  local cursor, earliest = m[6], tonumber(m[5]) or 9e15
  if not cursor then
    if now < earliest then return end
    cursor, earliest = '0', 9e15
  end
  local step = call('HSCAN', leases, cursor, 'COUNT', 500)
  local list
  list, earliest = overdue(step[2], earliest)
  call('HSET', meta, 'next-expiry', earliest)
  local ids = {}
  for i = 1, math.min(limit, #list) do ids[i] = list[i].id end
  -- Those beyond the limit come with the next step, which begins at the same cursor.
  if #list > limit then step[1] = cursor end
  local records, states, EXPIRY = fetch(tasks, ids), fetch(details, ids), LAW.EXPIRY
  sum('HDEL', leases, ids)
  beginEnding()
  for i = 1, #ids do endAttempt(ids[i], list[i].lease, states[i], EXPIRY, '', '', records[i]) end
  finishEnding(m[4])
  expired = #ids
  if step[1] == '0' and #list <= limit then
    call('HDEL', meta, 'expiry-cursor')
  else
    call('HSET', meta, 'expiry-cursor', step[1])
    goOn = 1
  end
end
if tonumber(ARGV[4]) > 0 then expire(tonumber(ARGV[4])) end

local function prune(set, ageMs, count, limit)
  local ids = call('ZRANGEBYSCORE', set, '-inf', now - ageMs, 'LIMIT', 0, limit)
  local over = call('ZCARD', set) - count
  if over > #ids and #ids < limit then ids = call('ZRANGE', set, 0, math.min(over, limit) - 1) end
  sum('ZREM', set, ids)
  remove(ids, m[4])
  return #ids
end
local pruned, budget = 0, tonumber(ARGV[5])
if ARGV[6] ~= '-' then
  for i, state in ipairs({ 'completed', 'cancelled', 'dead' }) do
    if pruned < budget then
      pruned = pruned + prune(sets[state], tonumber(ARGV[4 + 2 * i]), tonumber(ARGV[5 + 2 * i]), budget - pruned)
    end
  end
end

-- A key whose task still exists stays, whatever its state: it may live again. It goes with its task (see `remove`).
local closed = 0
if m[4] and budget > 0 then
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

-- 1,440 minutes of five counters; looked at when there are clearly more.
if call('HLEN', activity) > 8000 then
  local oldest, old = floor(now / 60000) - 1440, {}
  for _, field in ipairs(call('HKEYS', activity)) do
    if (tonumber(string.match(field, '^%d+')) or 0) < oldest then old[#old + 1] = field end
  end
  sum('HDEL', activity, old)
end

if m[7] ~= '1' and promoted + expired > 0 then notify(meta, m[2], m[3], true) end
return { '', promoted, expired, pruned, closed, goOn }
