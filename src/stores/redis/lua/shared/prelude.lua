-- Lua can unpack about 8,000 values; half of that leaves room for its other uses of the stack.
local MOST = 4000

-- One variadic command, or a few where the list is long. Answers the sum of the counts.
local function sum(command, key, list)
  if #list == 0 then return 0 end
  if #list <= MOST then return call(command, key, unpack(list)) end
  local total = 0
  for first = 1, #list, MOST do
    total = total + call(command, key, unpack(list, first, math.min(first + MOST - 1, #list)))
  end
  return total
end

-- HMGET of any number of fields.
local function fetch(key, list)
  if #list == 0 then return {} end
  if #list <= MOST then return call('HMGET', key, unpack(list)) end
  local all = {}
  for first = 1, #list, MOST do
    local some = call('HMGET', key, unpack(list, first, math.min(first + MOST - 1, #list)))
    for i = 1, #some do all[first + i - 1] = some[i] end
  end
  return all
end

-- Ids travel as one argument, 16 bytes each: 64 of them cost less than three arguments would.
local function split(blob)
  local parts = {}
  for i = 1, #blob / 16 do parts[i] = sub(blob, 16 * i - 15, 16 * i) end
  return parts
end

-- The ids of leases, which travel with their tokens: 32 bytes each.
local function splitLeases(blob)
  local parts = {}
  for i = 1, #blob / 32 do parts[i] = sub(blob, 32 * i - 31, 32 * i - 16) end
  return parts
end

-- A counter that another program broke must not stop the work that it counts.
local function countEvent(activity, event, count)
  if count > 0 then redis.pcall('HINCRBY', activity, floor(now / 60000) .. ':' .. event, count) end
end
