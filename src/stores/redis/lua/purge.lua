-- Removes up to 1,000 tasks in one state, none of the running ones. The client repeats it: so the store is never held
-- for long.
-- KEYS: as shared/queue.lua. ARGV: shift, known priorities, state.
-- Reply: { priorities in use if the client does not know them all, how many were removed, 1 if there are more }
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
bind(1, ARGV[2])
local m = call('HMGET', meta, 'priorities', 'has-keys', 'paused')
if stale(m[1] or '') then return { m[1], 0, 0 } end
local ids, more = {}, 0
local set = sets[ARGV[3]]
check()
allowWhenFull()
if set then
  ids = call('ZRANGE', set, 0, 999)
  sum('ZREM', set, ids)
  more = call('EXISTS', set)
elseif ARGV[3] == 'pending' then
  for priority, list in pairs(ready) do
    local taken = more == 0 and call('LPOP', list, 1000)
    if taken then
      call('HINCRBY', meta, 'head:' .. priority, #taken)
      for i = 1, #taken do
        local entry = priority .. taken[i]
        if call('HEXISTS', tombstones, entry) == 1 then
          if call('HINCRBY', tombstones, entry, -1) <= 0 then call('HDEL', tombstones, entry) end
          call('HINCRBY', meta, 'tombstones', -1)
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
local counted = { leases, tasks }
for _, set in pairs(sets) do counted[#counted + 1] = set end
if m[3] ~= '1' and call('EXISTS', unpack(counted)) == 0 then call('HSET', meta, 'unlisted', 1) end
return { '', #ids, more }
