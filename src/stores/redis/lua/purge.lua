-- Removes up to 1,000 tasks in one state, none of the running ones. The client repeats it: so the store is never held
-- for long.
-- KEYS: as shared/keys.lua. ARGV: shift, known priorities, state.
-- Reply: { priorities in use if the client does not know them all, how many were removed, 1 if there are more }
-- include: time
-- include: batch
local k, known = 1, ARGV[2]
-- include: keys
local m = call('HMGET', meta, 'priorities', 'has-keys', 'paused')
local used, hasKeys = m[1] or '', m[2]
-- include: check
if stale then return { used, 0, 0 } end
local gone, more, offset = {}, 0, LAYOUT.SETS[ARGV[3]]
call('HDEL', meta, '') -- a full Redis allows this, and then the rest
if offset then
  gone = call('ZRANGE', KEYS[k + offset], 0, 999)
  sum('ZREM', KEYS[k + offset], gone)
  more = call('EXISTS', KEYS[k + offset])
elseif ARGV[3] == 'pending' then
  for p = 1, #known do
    local priority, list = sub(known, p, p), KEYS[k + 12 + p]
    local taken = more == 0 and call('LPOP', list, 1000)
    if taken then
      call('HINCRBY', meta, 'head:' .. priority, #taken)
      for i = 1, #taken do
        local entry = priority .. taken[i]
        if call('HEXISTS', tombstones, entry) == 1 then
          if call('HINCRBY', tombstones, entry, -1) <= 0 then call('HDEL', tombstones, entry) end
          call('HINCRBY', meta, 'tombstones', -1)
        else
          gone[#gone + 1] = taken[i]
        end
      end
      more = call('EXISTS', list)
    end
  end
end
-- include: remove-tasks

-- A queue that is purged to the last task is no longer listed until it is used again. Its keys stay: their windows
-- outlive the tasks.
local counted = { tasks, leases }
for at = k + 5, k + 9 do counted[#counted + 1] = KEYS[at] end
if m[3] ~= '1' and call('EXISTS', unpack(counted)) == 0 then call('HSET', meta, 'unlisted', 1) end
return { '', #gone, more }
