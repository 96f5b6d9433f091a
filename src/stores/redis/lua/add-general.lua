-- Adds tasks without keys: all of them, or none. add-fast.lua is for the common case.
-- KEYS: tasks, meta, activity, scheduled, ready list of each priority in ARGV[2].
-- ARGV: shift, priorities in use here, ids (16 bytes each), a record for each, how many tasks are ready at once for each
--   priority (they come first, in this order), then for each of the others when: 'd' and a delay, or '@' and an instant.
-- Reply: { now, 1 if the queue was unknown, 1 if listeners need no further word, '' if all are new, else '1' or '0' each }
--
-- The first write is HSET, which a full Redis refuses: then nothing is written at all.
-- include: time
-- include: batch
-- include: due
local tasks, meta, activity, scheduled = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local priorities, given, ids = ARGV[2], ARGV[3], {}
local n = #given / 16
for i = 1, n do ids[i] = sub(given, 16 * i - 15, 16 * i) end
local counts, whens, plain = 3 + n, 3 + n + #priorities, 0
for p = 1, #priorities do plain = plain + ARGV[counts + p] end

local fields, due = {}, {}
for i = 1, n do
  local record = ARGV[3 + i]
  if i > plain then
    due[i] = dueAt(ARGV[whens + i - plain])
    record = withRunAt(record, due[i])
  end
  fields[2 * i - 1], fields[2 * i] = ids[i], record
end

-- Fails on a key of another type before anything is written.
for p = 1, #priorities do call('LLEN', KEYS[4 + p]) end
call('ZCARD', scheduled)

-- A repeated call, or one with the same id twice: the first one stands. The count that HSET answers tells of a
-- repetition within the call; then the first record is put back.
local there = fetch(tasks, ids)
local repeated = false
for i = 1, n do
  if there[i] then repeated = true break end
end
local m = call('HMGET', meta, 'priorities', 'idle', 'notified-at', 'unlisted')
local added = repeated and -1 or sum('HSET', tasks, fields)
local skip, status = {}, ''
if added ~= n then
  local seen, marks, first = {}, {}, {}
  for i = 1, n do
    local id = ids[i]
    skip[i] = there[i] or seen[id] or false
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
for p = 1, #priorities do
  local count = tonumber(ARGV[counts + p])
  if count > 0 then
    local list = ids
    if status ~= '' or count < n then
      list = {}
      for j = i + 1, i + count do
        if not skip[j] then list[#list + 1] = ids[j] end
      end
    end
    if #list > 0 and sum('RPUSH', KEYS[4 + p], list) == #list then empty = true end
    i = i + count
  end
end
for j = plain + 1, n do
  if not skip[j] then
    if due[j] > now then
      call('ZADD', scheduled, due[j], ids[j])
    else
      local list = KEYS[4 + string.find(priorities, sub(fields[2 * j], 10, 10), 1, true)]
      if call('RPUSH', list, ids[j]) == 1 then empty = true end
    end
  end
end

local known = m[1] or ''
local used = known
for p = 1, #priorities do
  local priority = sub(priorities, p, p)
  if not string.find(used, priority, 1, true) then used = used .. priority end
end
-- include: merge-priorities
if m[4] then call('HDEL', meta, 'unlisted') end
local notified, idle, notifiedAt = 1, m[2], m[3]
if not m[1] then idle = '1' end -- a new queue does not know who waits: it may have been forgotten
if added > 0 then
  local event, count = ':added', added
  -- include: count-event
  -- include: notify-listeners
end
return { now, m[1] and 0 or 1, notified, status }
