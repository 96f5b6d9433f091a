-- Fragment: removes tasks for good. A key outlives its task until its window closes (maintain.lua sees to that).
-- In: shared/keys.lua, shared/batch.lua, gone (ids), hasKeys (true if some task of the queue has or had a key).
if #gone > 0 then
  if hasKeys then
    -- include: field
    local records = fetch(tasks, gone)
    for i = 1, #gone do
      local key = fieldOf(records[i], 8)
      local holder = key and call('HGET', keys, key)
      if holder and sub(holder, 1, 16) == gone[i] and tonumber(sub(holder, 17, 29)) <= now then
        call('HDEL', keys, key)
      end
    end
  end
  sum('HDEL', tasks, gone)
  if call('EXISTS', details) == 1 then
    local fields = {}
    for i = 1, #gone do
      local id = gone[i]
      fields[3 * i - 2], fields[3 * i - 1], fields[3 * i] = id, id .. ':attempts', id .. ':result'
    end
    sum('HDEL', details, fields)
  end
end
