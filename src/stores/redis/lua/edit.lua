-- Changes a waiting task. ARGV from 4: the record as the caller read it, the new one, '-' or when it is to run:
-- 'd' and a delay, or '@' and an instant. Reply 'changed': the record is another by now; read it and try again.
-- KEYS: as shared/queue.lua.
-- include: time
-- include: prelude
-- include: wake
-- include: record
-- include: order
-- include: queue
-- include: view
-- include: waiting
-- include: act
if not isWaiting(state) then return { 'refused', state } end
if record ~= ARGV[4] then return { 'changed' } end
local before, level, when = laneOf(record), levelOf(ARGV[5]), ARGV[6]
-- The new priority may be one that this queue has not seen. A list whose key is not named cannot be written.
if not ready[level] then return { 'stale', used .. level } end
call('HSET', tasks, id, ARGV[5])
if not string.find(used, level, 1, true) then
  local digits = {}
  for i = 1, #used do digits[i] = sub(used, i, i) end
  digits[#digits + 1] = tostring(level)
  table.sort(digits)
  call('HSET', meta, 'levels', table.concat(digits))
end
if when == '-' then
  -- A waiting task keeps its place unless its priority changes.
  if state == 'pending' and level ~= before then
    leave(id, state, before)
    join(id, level)
  end
  return { 'applied', view(id, true) }
end
local due = tonumber(sub(when, 2)) + (byte(when) == 100 and now or 0)
local f, c, stop, _, reason = extraOf(call('HGET', extras, id))
leave(id, state, before)
setExtra(id, f, c, stop, due, reason)
if due <= now then
  join(id, level)
else
  call('ZADD', state == 'retrying' and retrying or scheduled, due, id)
  local m = call('HMGET', meta, 'idle', 'woken')
  wake(meta, m[1], m[2], false)
end
return { 'applied', view(id, true) }
