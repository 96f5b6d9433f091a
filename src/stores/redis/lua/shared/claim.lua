-- Leasing pending tasks of the bound queue. `m` is its meta.

-- Takes up to `want` ids off one ready list; nil if it is empty. With tombstones about (see shared/waiting.lua) it looks
-- before it takes, and may come back with fewer, or none, though more are there.
local function pop(priority, want, m)
  local list, tombstoned = ready[priority], tonumber(m.tombstones) or 0
  if tombstoned == 0 then
    local taken = call('LPOP', list, want)
    if taken then call('HINCRBY', meta, 'head:' .. priority, #taken) end
    return taken
  end
  local seen = call('LRANGE', list, 0, math.min(want + tombstoned, 1000) - 1)
  if #seen == 0 then return nil end
  local entries, counts, live, taken = {}, {}, {}, 0
  for i = 1, #seen do entries[i] = priority .. seen[i] end
  local found = fetch(tombstones, entries)
  for i = 1, #seen do counts[entries[i]] = tonumber(found[i]) or 0 end
  allowWhenFull()
  for i = 1, #seen do
    if #live == want then break end
    taken = i
    local entry = entries[i]
    if counts[entry] > 0 then
      counts[entry] = counts[entry] - 1
      tombstoned = tombstoned - 1
      if call('HINCRBY', tombstones, entry, -1) <= 0 then call('HDEL', tombstones, entry) end
    else
      live[#live + 1] = seen[i]
    end
  end
  call('LPOP', list, taken)
  m.tombstones = tombstoned
  call('HSET', meta, 'tombstones', tombstoned)
  call('HINCRBY', meta, 'head:' .. priority, taken)
  return live
end

-- Leases up to `want` tasks until `expiry`. Answers the first token (the others count up from it), ids, records, attempt
-- states, and how long it is until the next task falls due.
local function claim(want, expiry, worker, m)
  local ids, records, rounds, used = {}, {}, 0, m.priorities or ''
  for i = 1, #used do
    local priority = tonumber(sub(used, i, i))
    while #ids < want and rounds < 50 do
      local taken = pop(priority, want - #ids, m)
      if not taken then break end
      rounds = rounds + 1
      local found = fetch(tasks, taken)
      for j = 1, #taken do
        if found[j] then
          ids[#ids + 1] = taken[j]
          records[#records + 1] = found[j]
        end
      end
    end
  end

  local token, states = '', ''
  if #ids > 0 then
    local lastToken, nextExpiry, rest = m.token, m.nextExpiry, expiry .. now .. worker
    -- include: make-leases
    if call('EXISTS', details) == 1 then states = fetch(details, ids) end
  end

  local due = nextDue() or ''
  if #ids < want then
    if rounds >= 50 then due = now end
    -- A full Redis may refuse this as the first write; then the worker's poll does without.
    if m.idle ~= '1' then redis.pcall('HSET', meta, 'idle', 1) end
  end
  return token, ids, records, states, due == '' and '' or math.max(0, due - now)
end
