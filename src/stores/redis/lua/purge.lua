-- Removes up to 1,000 tasks in one state, none of the running ones. The caller repeats it: so the store is never held
-- for long.
-- KEYS: as shared/queue.lua. ARGV: shift, known priorities, state.
-- Reply: { priorities in use if the caller does not know them all, how many were removed, 1 if there are more }
-- include: time
-- include: prelude
-- include: wake
-- include: record
-- include: order
-- include: queue
bind(1, ARGV[2])
local m = call('HMGET', meta, 'levels', 'keyed', 'paused', 'voids')
if stale(m[1] or '') then return { m[1], 0, 0 } end
local shelves = {
  scheduled = scheduled, retrying = retrying, completed = completed, cancelled = cancelled, dead = dead,
}
local ids, more = {}, 0
local shelf = shelves[ARGV[3]]
check()
unlock()
if shelf then
  ids = call('ZRANGE', shelf, 0, 999)
  sum('ZREM', shelf, ids)
  more = call('EXISTS', shelf)
elseif ARGV[3] == 'pending' then
  for level, list in pairs(ready) do
    local taken = more == 0 and call('LPOP', list, 1000)
    if taken then
      call('HINCRBY', meta, 'head' .. level, #taken)
      for i = 1, #taken do
        local name = level .. taken[i]
        if call('HEXISTS', voids, name) == 1 then
          if call('HINCRBY', voids, name, -1) <= 0 then call('HDEL', voids, name) end
          call('HINCRBY', meta, 'voids', -1)
        else
          ids[#ids + 1] = taken[i]
        end
      end
      more = call('EXISTS', list)
    end
  end
end
remove(ids, m[2])

-- A queue that is purged to the last task is no longer listed until it is used again. Its keys stay: their windows
-- outlive the tasks.
local counted = { leases, scheduled, retrying, completed, cancelled, dead, tasks }
if m[3] ~= '1' and call('EXISTS', unpack(counted)) == 0 then call('HSET', meta, 'hidden', 1) end
return { '', #ids, more }
