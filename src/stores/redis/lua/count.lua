-- Counts of one queue, all of them lengths that Redis keeps, so that they cannot drift; and its totals.
-- KEYS: as shared/keys.lua. ARGV: shift, known priorities.
-- Reply: { priorities in use if the client does not know them all, 1 if listed, 1 if paused, pending, running, record and
--   attempt state of the task to be claimed first or '', '', now, then the sizes of the state sets and the totals of the
--   events }
-- include: time
local k, known = 1, ARGV[2]
-- include: keys
local m = call('HMGET', meta, 'priorities', 'unlisted', 'paused', 'tombstones')
local used = m[1] or ''
-- include: check
if stale then return { used } end
local pending, record, state = -(tonumber(m[4]) or 0), '', ''
for i = 1, #used do
  local priority = sub(used, i, i)
  local list = KEYS[k + 12 + string.find(known, priority, 1, true)]
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
local reply = {
  '', m[1] and not m[2] and 1 or 0, m[3] == '1' and 1 or 0, pending, call('HLEN', leases), record, state, tostring(now),
}
for at = k + 5, k + 9 do reply[#reply + 1] = call('ZCARD', KEYS[at]) end
-- A hash that another program broke must not hide the counts.
local totals = redis.pcall('HMGET', activity, unpack(LAYOUT.TOTALS))
for i = 1, #LAYOUT.TOTALS do reply[#reply + 1] = tonumber(totals[i]) or 0 end
return reply
