-- Settles attempts of any outcome, adds their followers and leases more tasks, for one queue or several of one slot.
-- exchange-fast.lua is for the common case; what it cannot do comes here.
-- KEYS: for each queue the 13 keys of shared/queue.lua, then the ready list of each known priority.
-- ARGV: shift, how many to lease, lease in ms, worker, 1 if a settlement has followers, then for each queue:
--   known priorities, 1 if to be claimed from,
--   leases (id and token, 32 bytes each) of completed tasks to remove, of completed tasks to keep,
--   '-' or the leases that the worker knows of,
--   how many arguments its other settlements have; for each: id, token, move (see shared/settle.lua), detail and text (see
--   shared/attempts.lua), how many followers; if there are some, the index of the settlement in the call, and for each:
--   number of its queue here, id, record, '-' or when, key or '', window in ms, fingerprint.
-- Reply: { now, followers of applied settlements, three for each: index, marks and ids as add-keyed.lua answers them;
--   then for each queue a text: '!' and why it failed, or '?' and the priorities in use: nothing was done, call again; or
--   { verdicts of the three groups ('' if all applied, else '1' or '0' for each), first token, ids, records, attempt
--   states or '', due in ms or '', 1 if the queue was unknown, 1 if listeners need no further word } }
--
-- First it looks at every queue, because a script that fails midway is not rolled back; a queue whose followers go to one
-- that fails or is not known well enough does nothing, either. Then what ends leases comes first, because a full Redis
-- allows that (HDEL), and from the first write on it refuses nothing. With followers the first write is one that it
-- refuses: then nothing at all is done. Then what was added and what is due can be claimed, so that a slot freed here can
-- be filled here.
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
-- include: attempts
-- include: settle
-- include: claim
local left, leaseMs, worker = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local blocks, bound, followed = {}, nil, {}

local function bindTo(block)
  if bound ~= block then bind(block.k, block.known) end
  bound = block
end

-- Does something for each queue that has not failed.
local function each(step)
  for i = 1, #blocks do
    local block = blocks[i]
    if not block.answer then
      bindTo(block)
      local ok, failure = pcall(step, block)
      if not ok then block.answer = '!' .. (type(failure) == 'table' and failure.err or tostring(failure)) end
    end
  end
end

local function look(block)
  local m = call('HMGET', meta, 'priorities', 'token', 'paused', 'tombstones', 'next-expiry', 'idle', 'has-keys',
    'notified-at', 'unlisted')
  block.m = {
    priorities = m[1], token = m[2], paused = m[3] == '1', tombstones = m[4], nextExpiry = m[5], idle = m[6],
    hasKeys = m[7], notifiedAt = m[8], unlisted = m[9],
  }
  if stale(m[1] or '') then block.answer = '?' .. m[1] end
  check()
end

local function settle(block)
  local a, hasKeys = block.a, block.m.hasKeys
  local removed = settleCompleted(ARGV[a + 2], false, hasKeys)
  local kept = settleCompleted(ARGV[a + 3], true, hasKeys)
  local others
  others, block.change = settleOthers(a + 6, block.last, hasKeys, followed)
  if ARGV[a + 4] ~= '-' then
    block.change = releaseUnknown(string.match(worker, '%S*'), ARGV[a + 4], hasKeys) or block.change
  end
  block.reply = { removed, kept, others, '', '', {}, '', '', 0, 1 }
end

local function serve(block)
  local m, reply, change = block.m, block.reply, block.change
  local wanted = ARGV[block.a + 1] == '1'
  if wanted then
    if promote(1000) > 0 then change = 'ready' end
    if not m.paused then
      local ids
      reply[4], ids, reply[6], reply[7], reply[8] = claim(left, now + leaseMs, worker, m)
      reply[5] = table.concat(ids)
      left = left - #ids
    end
  end
  -- What this claimer leaves behind may be for another one.
  if change and not m.paused and (not wanted or left <= 0) then
    reply[10] = notify(meta, m.idle, m.notifiedAt, change == 'ready')
  end
  block.answer = reply
end

local k, a = 1, 6
while a <= #ARGV do
  local last = a + 6 + ARGV[a + 5]
  blocks[#blocks + 1] = { k = k, a = a, last = last, known = ARGV[a] }
  k, a = k + 13 + #ARGV[a], last
end
local followers = {}
each(look)
if ARGV[5] == '1' then
  -- include: view
  -- include: add-one
  -- include: follow
  mayFollow()
  each(settle)
  addFollowers()
else
  each(settle)
end
each(serve)
local replies = { now, followers }
for i = 1, #blocks do replies[i + 2] = blocks[i].answer end
return replies
