-- The common add: up to 1,000 tasks of one priority, ready at once, without keys. Straight on, as exchange.lua.
-- KEYS: tasks, meta, activity, ready list. ARGV: shift, priority, ids (16 bytes each), a record for each.
-- Reply: 0 if one of them is there already: nothing was done, and add-mixed.lua knows what to do. Else as add-mixed.lua.
--
-- The first write is HSET, which a full Redis refuses: then nothing is written at all. A record is stored as it comes:
-- Redis takes 1 us per KB for every string that a script makes, because Lua hashes all of it.
-- include: time
local tasks, meta, list = KEYS[1], KEYS[2], KEYS[4]
local level, given = ARGV[2], ARGV[3]
local ids, fields, n = {}, {}, #ARGV - 3
for i = 1, n do
  local id = sub(given, 16 * i - 15, 16 * i)
  ids[i], fields[2 * i - 1], fields[2 * i] = id, id, ARGV[3 + i]
end
local known = call('HMGET', tasks, unpack(ids))
for i = 1, n do
  if known[i] then return 0 end
end
local m = call('HMGET', meta, 'levels', 'idle', 'woken', 'hidden')
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
local used = m[1] or ''
if used ~= level and not string.find(used, level, 1, true) then
  local digits = { level }
  for i = 1, #used do digits[i + 1] = sub(used, i, i) end
  table.sort(digits)
  call('HSET', meta, 'levels', table.concat(digits))
end
if m[4] then call('HDEL', meta, 'hidden') end
redis.pcall('HINCRBY', KEYS[3], floor(now / 60000) .. 'a', #ids)
-- As shared/wake.lua.
local told = 0
if m[2] == '1' or (length == 0 and math.abs(now - (tonumber(m[3]) or 0)) >= 100) then
  call('PUBLISH', meta, '')
  call('HSET', meta, 'idle', 0, 'woken', now)
  told = 1
end
return { now, m[1] and 0 or 1, told, status }
