-- A page of ids from the set of a state, the latest first. A position is score and id, so it holds while others come and
-- go.
-- KEYS: the sorted set. ARGV: shift, '' or the score, id after which to go on, how many.
-- Reply: { ids, scores }
-- include: time
-- include: before
local set, score, after, want = KEYS[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local from = 0
if score ~= '' then
  local rank = call('ZREVRANK', set, after)
  if rank and call('ZSCORE', set, after) == score then
    from = rank + 1
  else
    -- It has gone meanwhile: to where it would be, past the higher scores and then through its equals.
    from = call('ZCOUNT', set, '(' .. score, '+inf')
    local equal = call('ZREVRANGEBYSCORE', set, score, score, 'LIMIT', 0, 10000)
    for i = 1, #equal do
      if before(equal[i], after) then break end
      from = from + 1
    end
  end
end
local found = call('ZREVRANGE', set, from, from + want - 1, 'WITHSCORES')
local ids, scores = {}, {}
for i = 1, #found, 2 do
  ids[#ids + 1] = found[i]
  scores[#scores + 1] = found[i + 1]
end
return { table.concat(ids), scores }
