-- Byte by byte: the order of Redis, which Lua's comparison has only in some locales.
local function before(a, b)
  for i = 1, 16 do
    local x, y = byte(a, i), byte(b, i)
    if x ~= y then return x < y end
  end
  return false
end
