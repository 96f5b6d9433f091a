-- Which of many queues have something to do that is bound to a time: a task that is due, a lease that may have run out.
-- KEYS, for each queue: meta, scheduled, retrying. ARGV: shift. Reply: '1' or '0' each.
--
-- 1 us a queue, so that 100,000 idle ones cost a sweep 0.2 s of Redis, in steps of a millisecond.
-- include: time
local marks = {}
for k = 1, #KEYS, 3 do
  local mark, m = '0', redis.pcall('HMGET', KEYS[k], 'next-expiry', 'expiry-cursor')
  -- A key of another type: the sweep itself says so.
  if m.err or m[2] or (tonumber(m[1]) or 9e15) <= now then
    mark = '1'
  elseif call('EXISTS', KEYS[k + 1], KEYS[k + 2]) > 0 then
    for set = k + 1, k + 2 do
      local first = redis.pcall('ZRANGE', KEYS[set], 0, 0, 'WITHSCORES')
      if first.err or (first[2] and tonumber(first[2]) <= now) then mark = '1' end
    end
  end
  marks[#marks + 1] = mark
end
return table.concat(marks)
