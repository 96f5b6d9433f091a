-- The common exchange: ends leases of completed tasks, all kept or none in a queue, and leases more. Straight on,
-- without functions: making one costs 0.2 us a call. First it looks at every queue, then it acts. Whatever it does not
-- do makes it answer before it has written anything, and exchange-full.lua is called instead: unknown priorities, void
-- entries, keys, due tasks.
-- KEYS, for each queue: tasks, meta, leases, activity, extras, scheduled, retrying, completed, ready list of each known
--   priority.
-- ARGV: shift, how many to lease in all, lease in ms, worker; then for each queue: known priorities, 1 to lease from it,
--   leases to end (id and token, 32 bytes each; 1,000 at most), 1 to keep their tasks.
-- Reply: the number of the queue that is out of the ordinary, or for each queue, one after the other: verdicts ('' if
--   all applied), first token or '', ids, records, extras or '', due in ms or ''.
--
-- Leases end first, because a full Redis allows that (HDEL, LPOP), and from the first write on it refuses nothing.
-- include: time
local want, rest = tonumber(ARGV[2]), nil
local blocks, k = {}, 0
for a = 5, #ARGV, 4 do
  local levels, claims = ARGV[a], ARGV[a + 1] == '1'
  local meta, number = KEYS[k + 2], #blocks + 1
  local m = call('HMGET', meta, 'levels', 'token', 'paused', 'voids', 'until', 'idle', 'keyed')
  local used = m[1] or ''
  if m[7] or (m[4] and m[4] ~= '0') then return number end
  if used ~= levels then
    for i = 1, #used do
      if not string.find(levels, sub(used, i, i), 1, true) then return number end
    end
  end
  local due
  if call('EXISTS', KEYS[k + 6], KEYS[k + 7]) > 0 then
    for shelf = k + 6, k + 7 do
      local first = tonumber(call('ZRANGE', KEYS[shelf], 0, 0, 'WITHSCORES')[2])
      if first and (not due or first < due) then due = first end
    end
    if due <= now then return number end
  end

  -- A script that fails midway is not rolled back: keys of another type have to show before the first write.
  local lists, more = {}, call('HLEN', KEYS[k + 5]) > 0
  call('HLEN', KEYS[k + 1])
  call('HLEN', KEYS[k + 3])
  if ARGV[a + 3] == '1' then call('ZCARD', KEYS[k + 8]) end
  for l = 1, claims and want > 0 and #used or 0 do
    local list = KEYS[k + 8 + string.find(levels, sub(used, l, l), 1, true)]
    if call('LLEN', list) > 0 then lists[#lists + 1] = { sub(used, l, l), list } end
  end
  blocks[number] = { k, a, m, lists, more, due, claims and m[3] ~= '1' }
  k = k + 8 + #levels
end

local replies = {}
for b = 1, #blocks do
  local a, m, lists, more, due, claims
  k, a, m, lists, more, due, claims = unpack(blocks[b], 1, 7)
  local tasks, meta, leases, extras = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 5]
  local given, keep, marks = ARGV[a + 2], ARGV[a + 3] == '1', ''
  if given ~= '' then
    local ids, n = {}, #given / 32
    for i = 1, n do ids[i] = sub(given, 32 * i - 31, 32 * i - 16) end
    local held, mine = call('HMGET', leases, unpack(ids)), 0
    for i = 1, n do
      if held[i] and sub(held[i], 1, 16) == sub(given, 32 * i - 15, 32 * i) then mine = mine + 1 end
    end
    -- HDEL answers fewer if a lease is named twice; then the first mention counts.
    if mine < n or call('HDEL', leases, unpack(ids)) < n then
      local seen, kept, verdicts = {}, {}, {}
      for i = 1, n do
        local id = ids[i]
        local applied = held[i] and not seen[id] and sub(held[i], 1, 16) == sub(given, 32 * i - 15, 32 * i)
        if applied then
          seen[id] = true
          kept[#kept + 1] = id
        end
        verdicts[i] = applied and '1' or '0'
      end
      marks, ids = table.concat(verdicts), kept
      if #ids > 0 then call('HDEL', leases, unpack(ids)) end
    end
    if #ids > 0 then
      -- A counter that another program broke must not stop the work that it counts.
      redis.pcall('HINCRBY', KEYS[k + 4], floor(now / 60000) .. 'c', #ids)
      if keep then
        local scores = {}
        for i = 1, #ids do scores[2 * i - 1], scores[2 * i] = now, ids[i] end
        call('ZADD', KEYS[k + 8], unpack(scores))
      else
        call('HDEL', tasks, unpack(ids))
      end
      if more and not keep then
        local fields = {}
        for i = 1, #ids do fields[3 * i - 2], fields[3 * i - 1], fields[3 * i] = ids[i], ids[i] .. 'a', ids[i] .. 'o' end
        call('HDEL', extras, unpack(fields))
      end
    end
  end

  local ids, records, rounds, token, texts = {}, {}, 0, '', ''
  for l = 1, claims and #lists or 0 do
    local level, list = lists[l][1], lists[l][2]
    while #ids < want and rounds < 50 do
      local taken = call('LPOP', list, want - #ids)
      if not taken then break end
      rounds = rounds + 1
      call('HINCRBY', meta, 'head' .. level, #taken)
      local found = call('HMGET', tasks, unpack(taken))
      for i = 1, #taken do
        -- An id without a record: another program removed it. Should there be very many, the next call goes on.
        if found[i] then
          ids[#ids + 1] = taken[i]
          records[#records + 1] = found[i]
        end
      end
    end
  end
  local n = #ids
  if n > 0 then
    -- See exchange-full.lua for what a token is.
    local first = tonumber(m[2]) or 0
    first = math.max(clock[1] * 1000000 + clock[2], first + 1)
    token = string.format('%.0f', first)
    rest = rest or now + ARGV[3] .. now .. ARGV[4]
    local head, tail, fields = sub(token, 1, 13), tonumber(sub(token, 14)), {}
    for i = 1, n do
      if tail == 1000 then
        head, tail = string.format('%.0f', (first + i - 1) / 1000), 0
      end
      fields[2 * i - 1] = ids[i]
      fields[2 * i] = head .. string.format('%03d', tail) .. rest
      tail = tail + 1
    end
    call('HSET', leases, unpack(fields))
    call('HSET', meta, 'token', n == 1 and token or string.format('%.0f', first + n - 1))
    if now + ARGV[3] < (tonumber(m[5]) or 9e15) then call('HSET', meta, 'until', now + ARGV[3]) end
    if more then texts = call('HMGET', extras, unpack(ids)) end
  end
  want = want - n
  due = claims and due and due - now or ''
  -- A full Redis may refuse this as the first write; then the worker's poll does without.
  if claims and want > 0 and m[6] ~= '1' then redis.pcall('HSET', meta, 'idle', 1) end
  local r = 6 * b - 6
  replies[r + 1], replies[r + 2], replies[r + 3] = marks, token, table.concat(ids)
  replies[r + 4], replies[r + 5], replies[r + 6] = records, texts, rounds == 50 and 0 or due
end
return replies
