-- Adds tasks one by one, because what stands may come earlier in the same call.

-- Who has this key: a holder stands while its window is open or its task is live. A task under the same id that was
-- added later, without the key, is another one.
local function holderOf(key)
  local holder = key ~= '' and call('HGET', keys, key)
  if not holder then return nil end
  local id = sub(holder, 1, 16)
  if tonumber(sub(holder, 17, 29)) > now then return holder end
  if keyOf(call('HGET', tasks, id)) ~= key then return nil end
  return not LAW.TERMINAL[stateOf(id)] and holder
end

-- What is being added to the queue of these keys; `m` is its meta: priorities, unlisted, …
local function beginAdding(known, unlisted)
  return { known = known or '', used = known or '', isNew = not known, unlisted = unlisted, count = 0 }
end

-- `a`: where its arguments begin, which are id, record, '-' or when, key or '', window in ms, fingerprint.
-- Answers '1' added, '0' duplicate or '2' conflict, and the id that stands.
local function addOne(adding, a)
  local id, record, when, key = ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3]
  if call('HEXISTS', tasks, id) == 1 then return '0', id end
  local holder = holderOf(key)
  if holder then return sub(holder, 30) == ARGV[a + 5] and '0' or '2', sub(holder, 1, 16) end
  adding.count = adding.count + 1
  local priority = priorityOf(record)
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
    call('ZADD', sets[LAW.LATER], due, id)
  elseif call('RPUSH', ready[priority], id) == 1 then
    adding.empty = true
  end
  if not string.find(adding.used, priority, 1, true) then adding.used = adding.used .. priority end
  return '1', id
end

local function finishAdding(adding)
  if adding.unlisted then call('HDEL', meta, 'unlisted') end
  if adding.count == 0 then return end
  local known, used = adding.known, adding.used
  -- include: merge-priorities
  adding.used = used
  if adding.hasKeys then call('HSET', meta, 'has-keys', 1) end
  countEvent(activity, 'added', adding.count)
end
