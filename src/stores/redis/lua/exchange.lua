-- The common exchange, for one queue: ends leases of completed tasks, all kept or none, and leases more. Straight
-- on, without functions: making one costs 0.2 us a call. Whatever it does not do makes it answer 0 before it has
-- written anything, and exchange-full.lua is called instead: unknown priorities, void entries, keys, due tasks.
-- KEYS: tasks, meta, leases, activity, extras, scheduled, retrying, completed, ready list of each known priority.
-- ARGV: shift, how many to lease, lease in ms, worker, known priorities, leases to end (id and token, 32 bytes each;
--   1,000 at most), 1 to keep their tasks.
-- Reply: 0, or { verdicts ('' if all applied), first token or '', ids, records, extras or '', due in ms or '' }
--
-- Leases end first, because a full Redis allows that (HDEL, LPOP), and from the first write on it refuses nothing.
-- include: time
local tasks, meta, leases, extras = KEYS[1], KEYS[2], KEYS[3], KEYS[5]
local want, levels, given = tonumber(ARGV[2]), ARGV[5], ARGV[6]
local m = call('HMGET', meta, 'levels', 'token', 'paused', 'voids', 'until', 'idle', 'keyed')
local used = m[1] or ''
if m[7] or (m[4] and m[4] ~= '0') then return 0 end
if used ~= levels then
  for i = 1, #used do
    if not string.find(levels, sub(used, i, i), 1, true) then return 0 end
  end
end
local due
if call('EXISTS', KEYS[6], KEYS[7]) > 0 then
  for shelf = 6, 7 do
    local first = tonumber(call('ZRANGE', KEYS[shelf], 0, 0, 'WITHSCORES')[2])
    if first and (not due or first < due) then due = first end
  end
  if due <= now then return 0 end
end

-- A script that fails midway is not rolled back: keys of another type have to show before the first write.
local lists, more = {}, call('HLEN', extras) > 0
call('HLEN', tasks)
call('HLEN', leases)
if ARGV[7] == '1' then call('ZCARD', KEYS[8]) end
for l = 1, want > 0 and #used or 0 do
  local list = KEYS[8 + string.find(levels, sub(used, l, l), 1, true)]
  if call('LLEN', list) > 0 then lists[#lists + 1] = { sub(used, l, l), list } end
end

local marks = ''
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
    redis.pcall('HINCRBY', KEYS[4], floor(now / 60000) .. 'c', #ids)
    if ARGV[7] == '1' then
      local scores = {}
      for i = 1, #ids do scores[2 * i - 1], scores[2 * i] = now, ids[i] end
      call('ZADD', KEYS[8], unpack(scores))
    else
      call('HDEL', tasks, unpack(ids))
    end
    if more and ARGV[7] ~= '1' then
      local fields = {}
      for i = 1, #ids do fields[3 * i - 2], fields[3 * i - 1], fields[3 * i] = ids[i], ids[i] .. 'a', ids[i] .. 'o' end
      call('HDEL', extras, unpack(fields))
    end
  end
end
if m[3] == '1' then return { marks, '', '', {}, '', '' } end
due = due and due - now or ''
if want <= 0 then return { marks, '', '', {}, '', due } end

local ids, records, rounds = {}, {}, 0
for l = 1, #lists do
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
local n, token, texts = #ids, '', ''
if n > 0 then
  -- See exchange-full.lua for what a token is.
  local first = tonumber(m[2]) or 0
  first = math.max(clock[1] * 1000000 + clock[2], first + 1)
  token = string.format('%.0f', first)
  local head, tail, rest, fields = sub(token, 1, 13), tonumber(sub(token, 14)), now + ARGV[3] .. now .. ARGV[4], {}
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
if n == want then return { marks, token, table.concat(ids), records, texts, due } end
-- A full Redis may refuse this as the first write; then the worker's poll does without.
if m[6] ~= '1' then redis.pcall('HSET', meta, 'idle', 1) end
return { marks, token, table.concat(ids), records, texts, rounds == 50 and 0 or due }
