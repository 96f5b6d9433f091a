-- The common exchange: ends leases of completed tasks, all kept or none in a queue, and leases more. Straight on,
-- without functions: making one costs 0.2 us a call. First it looks at every queue, then it acts. Whatever it does not
-- do makes it answer before it has written anything, and exchange-general.lua is called instead: unknown priorities,
-- tombstones, keys, due tasks.
-- KEYS, for each queue: tasks, meta, leases, activity, details, scheduled, retrying, completed, ready list of each known
--   priority.
-- ARGV: shift, how many to lease in all, lease in ms, worker; then for each queue: known priorities, 1 to lease from it,
--   leases to end (id and token, 32 bytes each; 1,000 at most), 1 to keep their tasks.
-- Reply: the number of the queue that is out of the ordinary, or for each queue, one after the other: verdicts ('' if
--   all applied), first token or '', ids, records, attempt states or '', due in ms or ''.
--
-- Leases end first, because a full Redis allows that (HDEL, LPOP), and from the first write on it refuses nothing.
-- include: time
local want, expiry, rest = tonumber(ARGV[2]), nil, nil
local blocks, k = {}, 0
for a = 5, #ARGV, 4 do
  local priorities, claims = ARGV[a], ARGV[a + 1] == '1'
  local meta, number = KEYS[k + 2], #blocks + 1
  local m = call('HMGET', meta, 'priorities', 'token', 'paused', 'tombstones', 'next-expiry', 'idle', 'has-keys')
  local used = m[1] or ''
  if m[7] or (m[4] and m[4] ~= '0') then return number end
  if used ~= priorities then
    for i = 1, #used do
      if not string.find(priorities, sub(used, i, i), 1, true) then return number end
    end
  end
  local due
  if call('EXISTS', KEYS[k + 6], KEYS[k + 7]) > 0 then
    for set = k + 6, k + 7 do
      local first = tonumber(call('ZRANGE', KEYS[set], 0, 0, 'WITHSCORES')[2])
      if first and (not due or first < due) then due = first end
    end
    if due <= now then return number end
  end

  -- A script that fails midway is not rolled back: keys of another type have to show before the first write.
  local lists, more = {}, call('HLEN', KEYS[k + 5]) > 0
  call('HLEN', KEYS[k + 1])
  call('HLEN', KEYS[k + 3])
  if ARGV[a + 3] == '1' then call('ZCARD', KEYS[k + 8]) end
  for i = 1, claims and want > 0 and #used or 0 do
    local list = KEYS[k + 8 + string.find(priorities, sub(used, i, i), 1, true)]
    if call('LLEN', list) > 0 then lists[#lists + 1] = { sub(used, i, i), list } end
  end
  blocks[number] = { k, a, m, lists, more, due, claims and m[3] ~= '1' }
  k = k + 8 + #priorities
end

local replies = {}
for b = 1, #blocks do
  local a, m, lists, more, due, claims
  k, a, m, lists, more, due, claims = unpack(blocks[b], 1, 7)
  local tasks, meta, leases, details = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 5]
  local given, keep, marks, ids = ARGV[a + 2], ARGV[a + 3] == '1', '', {}
  if given ~= '' then
    for i = 1, #given / 32 do ids[i] = sub(given, 32 * i - 31, 32 * i - 16) end
    local held = call('HMGET', leases, unpack(ids))
    -- include: end-leases
    if #ids > 0 then
      local activity, event, count = KEYS[k + 4], ':completed', #ids
      -- include: count-event
      if keep then
        local scores = {}
        for i = 1, #ids do scores[2 * i - 1], scores[2 * i] = now, ids[i] end
        call('ZADD', KEYS[k + 8], unpack(scores))
      else
        call('HDEL', tasks, unpack(ids))
      end
      if more and not keep then
        local fields = {}
        for i = 1, #ids do
          fields[3 * i - 2], fields[3 * i - 1], fields[3 * i] = ids[i], ids[i] .. ':attempts', ids[i] .. ':result'
        end
        call('HDEL', details, unpack(fields))
      end
    end
  end

  local records, rounds, token, states = {}, 0, '', ''
  ids = {}
  for i = 1, claims and #lists or 0 do
    local priority, list = lists[i][1], lists[i][2]
    while #ids < want and rounds < 50 do
      local taken = call('LPOP', list, want - #ids)
      if not taken then break end
      rounds = rounds + 1
      call('HINCRBY', meta, 'head:' .. priority, #taken)
      local found = call('HMGET', tasks, unpack(taken))
      for j = 1, #taken do
        -- An id without a record: another program removed it. Should there be very many, the next call goes on.
        if found[j] then
          ids[#ids + 1] = taken[j]
          records[#records + 1] = found[j]
        end
      end
    end
  end
  if #ids > 0 then
    expiry = expiry or now + ARGV[3]
    rest = rest or expiry .. now .. ARGV[4]
    local lastToken, nextExpiry = m[2], m[5]
    -- include: make-leases
    if more then states = call('HMGET', details, unpack(ids)) end
  end
  want = want - #ids
  due = claims and due and due - now or ''
  -- A full Redis may refuse this as the first write; then the worker's poll does without.
  if claims and want > 0 and m[6] ~= '1' then redis.pcall('HSET', meta, 'idle', 1) end
  local r = 6 * b - 6
  replies[r + 1], replies[r + 2], replies[r + 3] = marks, token, table.concat(ids)
  replies[r + 4], replies[r + 5], replies[r + 6] = records, states, rounds == 50 and 0 or due
end
return replies
