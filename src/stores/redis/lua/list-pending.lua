-- A page of pending ids: priority by priority, the newest first. A place is priority and absolute position, which is
-- the index plus all that was ever taken off the head: so it stays the same task's while others come and go.
-- KEYS: as shared/queue.lua. ARGV: shift, known priorities, '' or the place after which to go on ('5:1200'), how many.
-- Reply: { priorities in use if the caller does not know them all, ids, places (joined by a space) }
-- include: time
-- include: prelude
-- include: wake
-- include: record
-- include: order
-- include: queue
bind(1, ARGV[2])
local used = call('HGET', meta, 'levels') or ''
if stale(used) then return { used, '', '' } end
local place, want = ARGV[3], tonumber(ARGV[4])
local ids, places = {}, {}
local startLevel, startAt = -1, nil
if place ~= '' then
  startLevel, startAt = string.match(place, '^(%d):(-?%d+)$')
  startLevel, startAt = tonumber(startLevel), tonumber(startAt)
end
for l = 1, #used do
  local level = tonumber(sub(used, l, l))
  if level >= startLevel then
    local list, head = ready[level], tonumber(call('HGET', meta, 'head' .. level)) or 0
    local index = call('LLEN', list) - 1
    if level == startLevel then index = math.min(index, startAt - head - 1) end
    while index >= 0 and #ids < want do
      local from = math.max(0, index - 499)
      local some = call('LRANGE', list, from, index)
      for i = #some, 1, -1 do
        local id = some[i]
        -- With a void entry of the same task about, the last one is the one that stands.
        local stands = call('HEXISTS', voids, level .. id) == 0
          or (call('LPOS', list, id, 'RANK', -1) == from + i - 1
            and tonumber(call('HGET', voids, level .. id)) < #call('LPOS', list, id, 'COUNT', 0))
        if stands then
          ids[#ids + 1] = id
          places[#places + 1] = level .. ':' .. (head + from + i - 1)
          if #ids == want then break end
        end
      end
      index = from - 1
    end
  end
  if #ids == want then break end
end
return { '', table.concat(ids), table.concat(places, ' ') }
