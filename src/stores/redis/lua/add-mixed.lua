-- Adds tasks without keys: all of them, or none. add.lua is the short way for the common case.
-- KEYS: tasks, meta, activity, scheduled, ready list of each priority in ARGV[4].
-- ARGV: shift, how many, tasks (see add.lua), priorities in use here,
--       how many tasks are ready at once for each of them (they come first, in this order), then for each of the
--       others when: 'd' and a delay, or '@' and an instant.
-- Reply: { 1 if the queue was unknown, 1 if listeners need no further word, '' if all are new, else '1' or '0' for each }.
--
-- The first write is HSET, which a full Redis refuses: then nothing is written at all.
-- include: time
-- include: prelude
-- include: wake
-- include: record
local tasks, meta, activity, scheduled = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local n, given, levels = tonumber(ARGV[2]), ARGV[3], ARGV[4]
local ids = split(sub(given, 1, 16 * n))
local stamp = struct.pack('>I6', now)

local plain = 0
for i = 1, #levels do plain = plain + ARGV[4 + i] end

local fields, due, o = {}, {}, 20 * n + 1
for i = 1, n do
  local a, b, c, d = byte(given, 16 * n + 4 * i - 3, 16 * n + 4 * i)
  local last = o + ((a * 256 + b) * 256 + c) * 256 + d - 1
  fields[2 * i - 1] = ids[i]
  if i <= plain then
    fields[2 * i] = stamp .. sub(given, o, last)
  else
    local when = ARGV[4 + #levels + i - plain]
    due[i] = tonumber(sub(when, 2)) + (byte(when) == 100 and now or 0)
    fields[2 * i] = stamp .. sub(given, o, o) .. struct.pack('>I6', due[i]) .. sub(given, o + 1, last)
  end
  o = last + 1
end

-- Fails on a key of another type before anything is written.
for l = 1, #levels do call('LLEN', KEYS[4 + l]) end
call('ZCARD', scheduled)

-- A repeated call, or one with the same id twice: the first one stands. The count that HSET answers tells of a
-- repetition within the call; then the first record is put back.
local known = fetch(tasks, ids)
local clash = false
for i = 1, n do
  if known[i] then clash = true break end
end
local m = call('HMGET', meta, 'levels', 'idle', 'woken', 'hidden')
local added = clash and -1 or sum('HSET', tasks, fields)
local skip, status = {}, ''
if added ~= n then
  local seen, marks, first = {}, {}, {}
  for i = 1, n do
    local id = ids[i]
    skip[i] = known[i] or seen[id] or false
    seen[id] = true
    marks[i] = skip[i] and '0' or '1'
    if not skip[i] then
      first[#first + 1] = id
      first[#first + 1] = fields[2 * i]
    end
  end
  status = table.concat(marks)
  sum('HSET', tasks, first)
  added = #first / 2
end

local empty, i = false, 0 -- i tasks are done
for l = 1, #levels do
  local count = tonumber(ARGV[4 + l])
  if count > 0 then
    local list = ids
    if status ~= '' or count < n then
      list = {}
      for j = i + 1, i + count do
        if not skip[j] then list[#list + 1] = ids[j] end
      end
    end
    if #list > 0 and sum('RPUSH', KEYS[4 + l], list) == #list then empty = true end
    i = i + count
  end
end
for j = plain + 1, n do
  if not skip[j] then
    if due[j] > now then
      call('ZADD', scheduled, due[j], ids[j])
    else
      local list = KEYS[4 + string.find(levels, levelOf(fields[2 * j]), 1, true)]
      if call('RPUSH', list, ids[j]) == 1 then empty = true end
    end
  end
end

local used = m[1] or ''
for l = 1, #levels do
  local level = sub(levels, l, l)
  if not string.find(used, level, 1, true) then used = used .. level end
end
if used ~= m[1] then
  local digits = {}
  for l = 1, #used do digits[l] = sub(used, l, l) end
  table.sort(digits)
  call('HSET', meta, 'levels', table.concat(digits))
end
if m[4] then call('HDEL', meta, 'hidden') end
tally(activity, 'a', added)
local told = added == 0 and 1 or wake(meta, m[2], m[3], empty)
return { m[1] and 0 or 1, told, status }
