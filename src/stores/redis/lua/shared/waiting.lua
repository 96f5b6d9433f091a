-- Moves of waiting tasks by hand. Taking an entry out of the middle of a list costs up to 10 ms per million, and would
-- shift the places that pages count on. So the entry stays, void: `voids` says how many entries of this id at this
-- priority are to be skipped, the first ones first, and `voids` in meta how many there are in all, which keeps the
-- count of pending tasks exact.
local function leave(id, state, level)
  if state == 'pending' then
    call('HINCRBY', voids, level .. id, 1)
    call('HINCRBY', meta, 'voids', 1)
  else
    call('ZREM', state == 'scheduled' and scheduled or retrying, id)
  end
end

-- To the tail of its priority.
local function join(id, level)
  call('RPUSH', ready[level], id)
  local m = call('HMGET', meta, 'idle', 'woken', 'paused')
  if m[3] ~= '1' then wake(meta, m[1], m[2], true) end
end

local function isWaiting(state)
  return state == 'pending' or state == 'scheduled' or state == 'retrying'
end
