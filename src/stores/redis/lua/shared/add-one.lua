-- Fragment: adds one task, unless its id is there or its key is held. One by one, because what stands may come earlier in
-- the same call.
-- In: shared/keys.lua, shared/field.lua, shared/due.lua, known, a (where its arguments begin, which are id, record, '-' or
--   when, key or '', window in ms, fingerprint), adding (what was added to the queue so far).
-- Out: mark ('1' added, '0' duplicate or '2' conflict), stands (the id that does).
local id, record, when, key = ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3]
local mark, stands = '1', id
if call('HEXISTS', tasks, id) == 1 then
  mark = '0'
elseif key ~= '' then
  -- A holder stands while its window is open or its task is live. A task under the same id that was added later, without
  -- the key, is another one.
  local holder = call('HGET', keys, key)
  if holder then
    local holderId = sub(holder, 1, 16)
    local holds = tonumber(sub(holder, 17, 29)) > now
    if not holds and fieldOf(call('HGET', tasks, holderId), 8) == key then
      holds = true
      for state in pairs(LAW.TERMINAL) do
        if call('ZSCORE', KEYS[k + LAYOUT.SETS[state]], holderId) then holds = false end
      end
    end
    if holds then mark, stands = sub(holder, 30) == ARGV[a + 5] and '0' or '2', holderId end
  end
end
if mark == '1' then
  local priority = sub(record, 10, 10)
  local due = when ~= '-' and dueAt(when)
  if due then record = withRunAt(record, due) end
  call('HSET', tasks, id, record)
  if key ~= '' then
    local closes = now + ARGV[a + 4]
    call('HSET', keys, key, id .. closes .. ARGV[a + 5])
    call('ZADD', windows, closes, key)
    adding.hasKeys = true
  end
  if due and due > now then
    call('ZADD', KEYS[k + LAYOUT.SETS[LAW.LATER]], due, id)
  elseif call('RPUSH', KEYS[k + 12 + string.find(known, priority, 1, true)], id) == 1 then
    adding.empty = true
  end
  adding.count = adding.count + 1
  if not string.find(adding.used, priority, 1, true) then adding.used = adding.used .. priority end
end
