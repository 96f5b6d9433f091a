-- Fragment: takes leases off the books if the token that came with each is still the newest. Of two mentions of one
-- lease the first counts.
-- In: leases, given (id and token, 32 bytes each), ids (of those), held (the leases as they stand, by HMGET).
-- Out: ids (of the leases that ended), marks ('' if all of them did, else '1' or '0' for each of `given`).
local n, matching, ended = #ids, 0, 0
for i = 1, n do
  if held[i] and sub(held[i], 1, 16) == sub(given, 32 * i - 15, 32 * i) then matching = matching + 1 end
end
if matching == n then
  for at = 1, n, 4000 do ended = ended + call('HDEL', leases, unpack(ids, at, math.min(at + 3999, n))) end
end
-- HDEL answers fewer if a lease is named twice.
if ended < n then
  local seen, mine, verdicts = {}, {}, {}
  for i = 1, n do
    local id = ids[i]
    local applied = held[i] and not seen[id] and sub(held[i], 1, 16) == sub(given, 32 * i - 15, 32 * i)
    if applied then
      seen[id] = true
      mine[#mine + 1] = id
    end
    verdicts[i] = applied and '1' or '0'
  end
  ids, marks = mine, table.concat(verdicts)
  for at = 1, #ids, 4000 do call('HDEL', leases, unpack(ids, at, math.min(at + 3999, #ids))) end
end
