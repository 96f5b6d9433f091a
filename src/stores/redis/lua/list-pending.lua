-- A page of pending ids: priority by priority, the newest first. A position is a priority and an absolute index, which is
-- the index in the list plus all that was ever taken off its head: so it stays the same task's while others come and go.
-- KEYS: as shared/keys.lua. ARGV: shift, known priorities, '' or the position after which to go on ('5:1200'), how many.
-- Reply: { priorities in use if the client does not know them all, ids, positions (joined by a space), the position to go on
--   after if it ends early, as it does when 5,000 entries have been looked at: 10 ms at most }
-- include: time
-- include: priority
local k, known = 1, ARGV[2]
-- include: keys
local used = call('HGET', meta, 'priorities') or ''
-- include: check
if stale then return { used, '', '', '' } end
-- include: view

-- Whether an entry with a tombstone is the one that stands all the same: of a task that is pending in this list, the last.
-- Thousands may have been cancelled, so the list is searched only for those that came back to it.
local function comesBack(list, index, id, priority)
  local record = call('HGET', tasks, id)
  return record and priorityOf(record, known) == priority and stateOf(id) == 'pending'
    and call('LPOS', list, id, 'RANK', -1) == index
end

local position, want, left = ARGV[3], tonumber(ARGV[4]), 5000
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
        local id, at = some[j], from + j - 1
        left = left - 1
        if call('HEXISTS', tombstones, priority .. id) == 0 or comesBack(list, at, id, priority) then
          ids[#ids + 1] = id
          positions[#positions + 1] = priority .. ':' .. (head + at)
          if #ids == want then break end
        end
      end
      index = from - 1
      if left <= 0 and #ids < want then
        return { '', table.concat(ids), table.concat(positions, ' '), priority .. ':' .. (head + from) }
      end
    end
  end
  if #ids == want then break end
end
return { '', table.concat(ids), table.concat(positions, ' '), '' }
