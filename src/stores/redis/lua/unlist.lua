-- Takes forgotten queues off the list, and dates the others anew. Whoever used one meanwhile has dated it: then it stays.
-- KEYS: list. ARGV: shift, then for each queue its name and 1 if nothing of it is left, else 0.
-- include: time
for a = 2, #ARGV, 2 do
  local since = tonumber(call('ZSCORE', KEYS[1], ARGV[a]))
  if since and now - since >= 86400000 then
    if ARGV[a + 1] == '1' then call('ZREM', KEYS[1], ARGV[a]) else redis.pcall('ZADD', KEYS[1], now, ARGV[a]) end
  end
end
return 1
