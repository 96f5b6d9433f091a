-- Fragment: takes up to `left` tasks off the ready lists.
-- In: shared/keys.lua, shared/batch.lua, known, used (priorities), left, tombstoned (how many tombstones there are).
-- In and out: ids and records, to which it adds, rounds (50 at most: ids whose record another program removed).
for p = 1, #used do
  local priority = sub(used, p, p)
  local list = KEYS[k + 12 + string.find(known, priority, 1, true)]
  while #ids < left and rounds < 50 do
    local taken
    if tombstoned == 0 then
      taken = call('LPOP', list, left - #ids)
    else
      -- With tombstones about (see shared/waiting.lua) it looks before it takes, and may get fewer though more are there.
      local seen = call('LRANGE', list, 0, math.min(left - #ids + tombstoned, 1000) - 1)
      if #seen > 0 then
        local entries, counts, live, n = {}, {}, {}, 0
        for i = 1, #seen do entries[i] = priority .. seen[i] end
        local found = fetch(tombstones, entries)
        for i = 1, #seen do counts[entries[i]] = tonumber(found[i]) or 0 end
        call('HDEL', meta, '') -- a full Redis allows this, and then the rest
        for i = 1, #seen do
          if #live == left - #ids then break end
          n = i
          local entry = entries[i]
          if counts[entry] > 0 then
            counts[entry] = counts[entry] - 1
            tombstoned = tombstoned - 1
            if call('HINCRBY', tombstones, entry, -1) <= 0 then call('HDEL', tombstones, entry) end
          else
            live[#live + 1] = seen[i]
          end
        end
        call('LPOP', list, n)
        call('HSET', meta, 'tombstones', tombstoned)
        call('HINCRBY', meta, 'head:' .. priority, n - #live)
        taken = live
      end
    end
    if not taken then break end
    rounds = rounds + 1
    call('HINCRBY', meta, 'head:' .. priority, #taken)
    local found = fetch(tasks, taken)
    for i = 1, #taken do
      if found[i] then
        ids[#ids + 1], records[#records + 1] = taken[i], found[i]
      end
    end
  end
end
