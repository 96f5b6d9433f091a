-- A page of pending ids: priority by priority, the newest first. A position is a priority and an absolute index, which is
-- the index in the list plus all that was ever taken off its head: so it stays the same task's while others come and go.
-- KEYS: as shared/keys.lua. ARGV: shift, known priorities, '' or the position after which to go on ('5:1200'), how many.
-- Reply: { priorities in use if the client does not know them all, ids, positions (joined by a space) }
-- include: time
local k, known = 1, ARGV[2]
-- include: keys
local used = call('HGET', meta, 'priorities') or ''
-- include: check
if stale then return { used, '', '' } end
local position, want = ARGV[3], tonumber(ARGV[4])
local ids, positions = {}, {}
local startPriority, startAt = string.match(position, '^(%d):(-?%d+)$')
for i = 1, #used do
  local priority = sub(used, i, i)
  if not startPriority or priority >= startPriority then
    local list = KEYS[k + 12 + string.find(known, priority, 1, true)]
    local head = tonumber(call('HGET', meta, 'head:' .. priority)) or 0
    local index = call('LLEN', list) - 1
    if priority == startPriority then index = math.min(index, startAt - head - 1) end
    while index >= 0 and #ids < want do
      local from = math.max(0, index - 499)
      local some = call('LRANGE', list, from, index)
      for j = #some, 1, -1 do
        local id = some[j]
        -- With a tombstone for an entry of the same task about, the last entry is the one that stands.
        local stands = call('HEXISTS', tombstones, priority .. id) == 0
          or (call('LPOS', list, id, 'RANK', -1) == from + j - 1
            and tonumber(call('HGET', tombstones, priority .. id)) < #call('LPOS', list, id, 'COUNT', 0))
        if stands then
          ids[#ids + 1] = id
          positions[#positions + 1] = priority .. ':' .. (head + from + j - 1)
          if #ids == want then break end
        end
      end
      index = from - 1
    end
  end
  if #ids == want then break end
end
return { '', table.concat(ids), table.concat(positions, ' ') }
