-- Moves of waiting tasks by hand. Taking an entry out of the middle of a list costs up to 10 ms per million, and would
-- shift the positions that pages count on. So the entry stays, and a tombstone says so: `tombstones` counts the entries
-- of this id at this priority that are to be skipped, the first ones first, and `tombstones` in meta all of them, which
-- keeps the count of pending tasks exact.
local function leave(id, state, priority)
  if state == 'pending' then
    call('HINCRBY', tombstones, priority .. id, 1)
    call('HINCRBY', meta, 'tombstones', 1)
  else
    call('ZREM', state == 'scheduled' and scheduled or retrying, id)
  end
end

-- To the tail of its priority.
local function join(id, priority)
  call('RPUSH', ready[priority], id)
  local m = call('HMGET', meta, 'idle', 'notified-at', 'paused')
  if m[3] ~= '1' then notify(meta, m[1], m[2], true) end
end

local function isWaiting(state)
  return state == 'pending' or state == 'scheduled' or state == 'retrying'
end
