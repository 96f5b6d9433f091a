-- Moves of tasks by hand, out of one state and into another. Taking an entry out of the middle of a list costs up to
-- 10 ms per million, and would shift the positions that pages count on. So the entry of a pending task stays, and a
-- tombstone says so: `tombstones` counts the entries of this id at this priority that are to be skipped, the first ones
-- first, and `tombstones` in meta all of them, which keeps the count of pending tasks exact.
local joined = false

local function leave(id, state, priority)
  if sets[state] then
    call('ZREM', sets[state], id)
  else
    call('HINCRBY', tombstones, priority .. id, 1)
    call('HINCRBY', meta, 'tombstones', 1)
  end
end

-- Into a sorted set, or to the tail of its priority.
local function join(id, state, priority, score)
  if sets[state] then
    call('ZADD', sets[state], score, id)
  else
    call('RPUSH', ready[priority], id)
    joined = true
  end
end

-- Tells listeners of what joined. `later`: a task got another time, which who waits for the next one has to know.
local function announce(later)
  if not joined and not later then return end
  local m = call('HMGET', meta, 'idle', 'notified-at', 'paused')
  if m[3] ~= '1' then notify(meta, m[1], m[2], joined) end
end
