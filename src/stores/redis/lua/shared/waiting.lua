-- Moves of tasks by hand, out of one state and into another. Taking an entry out of the middle of a list costs up to
-- 10 ms per million, and would shift the positions that pages count on. So the entry of a pending task stays, and a
-- tombstone says so: `tombstones` counts the entries of this id at this priority that are to be skipped, the first ones
-- first, and `tombstones` in meta all of them, which keeps the count of pending tasks exact.
-- In: shared/keys.lua, known.
local sets, joined = LAYOUT.SETS, false

local function leave(id, state, priority)
  if state == 'running' then
    call('HDEL', leases, id)
  elseif sets[state] then
    call('ZREM', KEYS[k + sets[state]], id)
  else
    call('HINCRBY', tombstones, priority .. id, 1)
    call('HINCRBY', meta, 'tombstones', 1)
  end
end

-- Into a sorted set, or to the tail of its priority.
local function join(id, state, priority, score)
  if sets[state] then
    call('ZADD', KEYS[k + sets[state]], score, id)
  else
    call('RPUSH', KEYS[k + 12 + string.find(known, priority, 1, true)], id)
    joined = true
  end
end

-- Tells listeners of what joined. `later`: a task got another time, which who waits for the next one has to know.
local function announce(later)
  local m = call('HMGET', meta, 'idle', 'notified-at', 'paused')
  if m[3] == '1' or not (joined or later) then return end
  local idle, notifiedAt, empty, notified = m[1], m[2], joined, 0
  -- include: notify-listeners
end
