-- Counts of one queue, all of them lengths that Redis keeps, so that they cannot drift.
-- KEYS: as shared/queue.lua. ARGV: shift, known priorities.
-- Reply: { priorities in use if the caller does not know them all, 1 if listed, 1 if paused, pending, scheduled,
--   retrying, running, completed, cancelled, dead, record and extra of the task to be claimed first or '', '', now }
-- include: time
-- include: prelude
-- include: wake
-- include: record
-- include: order
-- include: queue
bind(1, ARGV[2])
local m = call('HMGET', meta, 'levels', 'hidden', 'paused', 'voids')
if stale(m[1] or '') then return { m[1] } end
local pending, record, extra = -(tonumber(m[4]) or 0), '', ''
local used = m[1] or ''
for i = 1, #used do
  local level = tonumber(sub(used, i, i))
  local list = ready[level]
  pending = pending + call('LLEN', list)
  -- The first entry that stands. Void ones in front of it are few, as every claim clears them away. Of several entries
  -- of one task the first ones are void.
  local from, skip = 0, {}
  while record == '' and from < 5000 do
    local ids = call('LRANGE', list, from, from + 99)
    if #ids == 0 then break end
    for j = 1, #ids do
      local id = ids[j]
      if not skip[id] then skip[id] = tonumber(call('HGET', voids, level .. id)) or 0 end
      if skip[id] > 0 then
        skip[id] = skip[id] - 1
      else
        record, extra = call('HGET', tasks, id) or '', call('HGET', extras, id) or ''
        if record ~= '' then break end
      end
    end
    from = from + 100
  end
end
return {
  '', m[1] and not m[2] and 1 or 0, m[3] == '1' and 1 or 0, pending, call('ZCARD', scheduled), call('ZCARD', retrying),
  call('HLEN', leases), call('ZCARD', completed), call('ZCARD', cancelled), call('ZCARD', dead), record, extra,
  tostring(now),
}
