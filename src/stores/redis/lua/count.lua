-- Counts of one queue, all of them lengths that Redis keeps, so that they cannot drift.
-- KEYS: as shared/queue.lua. ARGV: shift, known priorities.
-- Reply: { priorities in use if the client does not know them all, 1 if listed, 1 if paused, pending, scheduled,
--   retrying, running, completed, cancelled, dead, record and attempt state of the task to be claimed first or '', '', now }
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
bind(1, ARGV[2])
local m = call('HMGET', meta, 'priorities', 'unlisted', 'paused', 'tombstones')
local used = m[1] or ''
if stale(used) then return { used } end
local pending, record, state = -(tonumber(m[4]) or 0), '', ''
for i = 1, #used do
  local priority = tonumber(sub(used, i, i))
  local list = ready[priority]
  pending = pending + call('LLEN', list)
  -- The first entry that stands. Those with a tombstone in front of it are few, as every claim clears them away. Of
  -- several entries of one task the first ones are to be skipped.
  local from, skip = 0, {}
  while record == '' and from < 5000 do
    local ids = call('LRANGE', list, from, from + 99)
    if #ids == 0 then break end
    for j = 1, #ids do
      local id = ids[j]
      if not skip[id] then skip[id] = tonumber(call('HGET', tombstones, priority .. id)) or 0 end
      if skip[id] > 0 then
        skip[id] = skip[id] - 1
      else
        record, state = call('HGET', tasks, id) or '', call('HGET', details, id) or ''
        if record ~= '' then break end
      end
    end
    from = from + 100
  end
end
local function sizeOf(state) return call('ZCARD', sets[state]) end
return {
  '', m[1] and not m[2] and 1 or 0, m[3] == '1' and 1 or 0, pending, sizeOf('scheduled'), sizeOf('retrying'),
  call('HLEN', leases), sizeOf('completed'), sizeOf('cancelled'), sizeOf('dead'), record, state, tostring(now),
}
