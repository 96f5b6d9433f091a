-- Lua can unpack about 8,000 values; half of that leaves room for its other uses of the stack.

-- One variadic command, or a few where the list is long. Answers the sum of the counts.
local function sum(command, key, list)
  local n = #list
  if n == 0 then return 0 end
  if n <= 4000 then return call(command, key, unpack(list)) end
  local total = 0
  for at = 1, n, 4000 do total = total + call(command, key, unpack(list, at, math.min(at + 3999, n))) end
  return total
end

-- HMGET of any number of fields.
local function fetch(key, list)
  local n = #list
  if n == 0 then return {} end
  if n <= 4000 then return call('HMGET', key, unpack(list)) end
  local all = {}
  for at = 1, n, 4000 do
    local some = call('HMGET', key, unpack(list, at, math.min(at + 3999, n)))
    for i = 1, #some do all[at + i - 1] = some[i] end
  end
  return all
end
