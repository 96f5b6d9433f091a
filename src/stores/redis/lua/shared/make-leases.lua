-- Fragment: leases these tasks.
-- In: clock, now, meta, leases, ids (one at least), lastToken and nextExpiry (from meta), expiry (of these), rest (what
--   stands behind the token of each: see `expiryOf` in shared/queue.lua).
-- Out: token (the first one; the others count up from it).
--
-- A fence is the time of its claim in us, and higher than every earlier one: so it stays one after a failover that lost
-- the counter, and after the clock was set back.
local n, first = #ids, math.max(clock[1] * 1000000 + clock[2], (tonumber(lastToken) or 0) + 1)
token = string.format('%.0f', first)
local head, tail, fields = sub(token, 1, 13), tonumber(sub(token, 14)), {}
for i = 1, n do
  if tail == 1000 then
    head, tail = string.format('%.0f', (first + i - 1) / 1000), 0
  end
  fields[2 * i - 1] = ids[i]
  fields[2 * i] = head .. string.format('%03d', tail) .. rest
  tail = tail + 1
end
for at = 1, 2 * n, 4000 do call('HSET', leases, unpack(fields, at, math.min(at + 3999, 2 * n))) end
call('HSET', meta, 'token', n == 1 and token or string.format('%.0f', first + n - 1))
if expiry < (tonumber(nextExpiry) or 9e15) then call('HSET', meta, 'next-expiry', expiry) end
