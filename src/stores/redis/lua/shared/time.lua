-- ARGV[1] is added to the server's time, in ms: 0 but in tests. Beyond 10^12 (31 years) it is the time itself, and time
-- stands still. No other clock than the server's decides anything.
-- Numbers become text by concatenation, which is exact up to 14 digits: enough for an instant in ms.
local call, sub, byte, floor = redis.call, string.sub, string.byte, math.floor
local clock = call('TIME')
local now = tonumber(ARGV[1])
if now < 1e12 then now = now + clock[1] * 1000 + floor(clock[2] / 1000) end
