-- Moves the deadline of leases.
-- KEYS: leases, details, meta. ARGV: shift, lease in ms, leases (id and token, 32 bytes each).
-- Reply: a verdict for each: 0 lost, 1 applied, 2 applied but asked to stop.
-- include: time
-- include: batch
local leases, details, meta = KEYS[1], KEYS[2], KEYS[3]
local given, expiry = ARGV[3], now + ARGV[2]
local ids = {}
for i = 1, #given / 32 do ids[i] = sub(given, 32 * i - 31, 32 * i - 16) end
local held = fetch(leases, ids)
local mine, fields, verdicts = {}, {}, {}
for i = 1, #ids do
  local lease = held[i]
  if lease and sub(lease, 1, 16) == sub(given, 32 * i - 15, 32 * i) then
    verdicts[i] = '1'
    mine[#mine + 1] = i
    fields[#fields + 1] = ids[i]
    fields[#fields + 1] = sub(lease, 1, 16) .. expiry .. sub(lease, 30)
  else
    verdicts[i] = '0'
  end
end
if #mine == 0 then return table.concat(verdicts) end
-- First a write that a full Redis allows, so that it allows the next: workers must keep their leases while it is full.
call('HDEL', meta, '')
sum('HSET', leases, fields)
-- No lease ends before `next-expiry`, so maintain looks at none of them until then.
if expiry < (tonumber(call('HGET', meta, 'next-expiry')) or 9e15) then call('HSET', meta, 'next-expiry', expiry) end
if call('EXISTS', details) == 1 then
  local mineIds = {}
  for j = 1, #mine do mineIds[j] = ids[mine[j]] end
  local states = fetch(details, mineIds)
  for j = 1, #mine do
    if states[j] and string.match(states[j], '^%d+ %d+ 1') then verdicts[mine[j]] = '2' end
  end
end
return table.concat(verdicts)
