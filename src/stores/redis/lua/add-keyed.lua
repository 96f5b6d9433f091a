-- Adds tasks of which some have an idempotency key; one by one, because what stands may come earlier in this call.
-- KEYS: as shared/queue.lua. ARGV: shift, known priorities (those of these tasks among them), then for each task:
--   id, record, '-' or when ('d' and a delay, '@' and an instant), key or '', window in ms, fingerprint.
-- Reply: { priorities in use if the client does not know them all, 1 if the queue was unknown,
--   1 if listeners need no further word,
--   '1' added, '0' duplicate or '2' conflict for each, the ids that stand }
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
-- include: view
bind(1, ARGV[2])
local m = call('HMGET', meta, 'priorities', 'idle', 'notified-at', 'unlisted')
local known = m[1] or ''
if stale(known) then return { known, 0, 1, '', '' } end
check()
local marks, standing, added, empty, used = {}, {}, 0, false, known

-- Who has this key: a holder stands while its window is open or its task is live. A task under the same id that was
-- added later, without the key, is another one.
local function holderOf(key)
  local holder = key ~= '' and call('HGET', keys, key)
  if not holder then return nil end
  local id = sub(holder, 1, 16)
  if tonumber(sub(holder, 17, 29)) > now then return holder end
  if keyOf(call('HGET', tasks, id)) ~= key then return nil end
  local state = stateOf(id)
  if state == 'completed' or state == 'cancelled' or state == 'dead' then return nil end
  return holder
end

for a = 3, #ARGV, 6 do
  local id, record, when, key, windowMs, fingerprint =
    ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5]
  local n = #marks + 1
  local holder = holderOf(key)
  if call('HEXISTS', tasks, id) == 1 then
    marks[n], standing[n] = '0', id
  elseif holder then
    marks[n], standing[n] = sub(holder, 30) == fingerprint and '0' or '2', sub(holder, 1, 16)
  else
    marks[n], standing[n] = '1', id
    added = added + 1
    local priority = priorityOf(record)
    local due = when ~= '-' and dueAt(when)
    if due then record = withRunAt(record, due) end
    call('HSET', tasks, id, record)
    if key ~= '' then
      local closes = now + windowMs
      call('HSET', keys, key, id .. closes .. fingerprint)
      call('ZADD', windows, closes, key)
    end
    if due and due > now then
      call('ZADD', scheduled, due, id)
    elseif call('RPUSH', ready[priority], id) == 1 then
      empty = true
    end
    if not string.find(used, priority, 1, true) then used = used .. priority end
  end
end
if m[4] then call('HDEL', meta, 'unlisted') end
if added == 0 then return { '', m[1] and 0 or 1, 1, table.concat(marks), table.concat(standing) } end

-- include: merge-priorities
call('HSET', meta, 'has-keys', 1)
countEvent(activity, 'added', added)
return { '', m[1] and 0 or 1, notify(meta, m[2], m[3], empty), table.concat(marks), table.concat(standing) }
