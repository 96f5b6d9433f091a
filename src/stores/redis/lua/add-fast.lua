-- The common add: up to 1,000 tasks of one priority, ready at once, without keys. Straight on, as exchange-fast.lua.
-- KEYS: tasks, meta, activity, ready list. ARGV: shift, priority, ids (16 bytes each), a record for each.
-- Reply: 0 if one of them is there already: nothing was done, and add-general.lua knows what to do. Else as that one.
--
-- The first write is HSET, which a full Redis refuses: then nothing is written at all. A record is stored as it comes:
-- Redis takes 1 us per KB for every string that a script makes, because Lua hashes all of it.
-- include: time
local tasks, meta, list = KEYS[1], KEYS[2], KEYS[4]
local priority, given = ARGV[2], ARGV[3]
local ids, fields, n = {}, {}, #ARGV - 3
for i = 1, n do
  local id = sub(given, 16 * i - 15, 16 * i)
  ids[i], fields[2 * i - 1], fields[2 * i] = id, id, ARGV[3 + i]
end
local there = call('HMGET', tasks, unpack(ids))
for i = 1, n do
  if there[i] then return 0 end
end
local m = call('HMGET', meta, 'priorities', 'idle', 'notified-at', 'unlisted')
local length = call('LLEN', list) -- fails if it is no list, before anything is written
local status = ''
if call('HSET', tasks, unpack(fields)) < n then
  -- An id is named twice, and the last mention was written: put the first one back.
  local seen, marks, first = {}, {}, {}
  for i = 1, n do
    local id = ids[i]
    marks[i] = seen[id] and '0' or '1'
    if not seen[id] then
      first[#first + 1] = id
      call('HSET', tasks, id, fields[2 * i])
    end
    seen[id] = true
  end
  status, ids = table.concat(marks), first
end
call('RPUSH', list, unpack(ids))
local known = m[1] or ''
if known ~= priority and not string.find(known, priority, 1, true) then
  local used = known .. priority
  -- include: merge-priorities
end
if m[4] then call('HDEL', meta, 'unlisted') end
local activity, event, count = KEYS[3], ':added', #ids
-- include: count-event
local idle, notifiedAt, empty, notified = m[2], m[3], length == 0, 0
-- include: notify-listeners
return { now, m[1] and 0 or 1, notified, status }
