-- Settles attempts of any outcome, adds their followers and leases more tasks, for one queue or several of one slot.
-- exchange-fast.lua is for the common case; what it cannot do comes here.
-- KEYS: for each queue the 13 keys of shared/keys.lua, then the ready list of each known priority.
-- ARGV: shift, how many to lease, lease in ms, worker, 1 if a settlement has followers, then for each queue:
--   known priorities, 1 if to be claimed from,
--   leases (id and token, 32 bytes each) of completed tasks to remove, of completed tasks to keep,
--   '-' or the leases that the worker knows of,
--   how many arguments its other settlements have; for each: id, token, move (as words, see `Move` in law.ts), delay and text
--   (see shared/end-attempts.lua), how many followers; if there are some, the index of the settlement in the call, and for each:
--   number of its queue here, and six for shared/add-one.lua.
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
-- Its steps are functions, because a queue that fails must not stop the others; what they do is straight on, from fragments.
-- include: time
-- include: batch
-- include: priority
local left, followed, moves, followers = tonumber(ARGV[2]), {}, {}, {}

-- Where the arguments of the next settlement begin: it has six, and if it has followers one and seven for each.
local function nextSettlement(a)
  local count = ARGV[a + 5]
  return count == '0' and a + 6 or a + 7 + 7 * count
end

-- Looks at a queue: at its meta, and at the keys that this call may write.
local function look(block)
  local k, a, known = block.k, block.a, ARGV[block.a]
  -- include: keys
  local m = call('HMGET', meta, 'priorities', 'token', 'paused', 'tombstones', 'next-expiry', 'idle', 'has-keys',
    'notified-at', 'unlisted')
  local used = m[1] or ''
  -- include: check
  if stale then block.answer = '?' .. used end
  block.m = m
end

local function settle(block)
  local k, a, m, known, last = block.k, block.a, block.m, ARGV[block.a], block.last
  -- include: keys
  local hasKeys, gone, verdicts, change = m[7], {}, { '', '', '' }, nil
  -- include: settle-completed
  local ids, held, moveOf, delayOf, textOf, ended = {}, {}, {}, {}, {}, {}
  if last > a + 6 then
    -- include: settle-others
  end
  if ARGV[a + 4] ~= '-' then
    -- include: release-unknown
  end
  if #ids > 0 then
    -- include: end-attempts
  end
  -- include: remove-tasks
  block.change = change
  block.reply = { verdicts[1], verdicts[2], verdicts[3], '', '', {}, '', '', 0, 1 }
end

local function claim(block)
  local k, a, m, known, reply, change = block.k, block.a, block.m, ARGV[block.a], block.reply, block.change
  local wants = ARGV[a + 1] == '1'
  -- include: keys
  local used, lastToken, paused, tombstoned, nextExpiry, idle, _, notifiedAt = unpack(m, 1, 8)
  used, paused, tombstoned = used or '', paused == '1', tonumber(tombstoned) or 0
  if wants then
    local limit = 1000
    -- include: promote
    if promoted > 0 then change = 'ready' end
    if not paused then
      local ids, records, rounds, token = {}, {}, 0, ''
      -- include: take-ready
      if #ids > 0 then
        local expiry = now + ARGV[3]
        local rest = expiry .. now .. ARGV[4]
        -- include: make-leases
        if call('EXISTS', details) == 1 then reply[7] = fetch(details, ids) end
      end
      -- When the next task falls due; at once, if there may be more to take.
      local due = rounds >= 50 and now or nil
      if not due and waits then
        for _, set in ipairs(waiting) do
          local first = tonumber(call('ZRANGE', set, 0, 0, 'WITHSCORES')[2])
          if first and (not due or first < due) then due = first end
        end
      end
      left = left - #ids
      -- A full Redis may refuse this as the first write; then the worker's poll does without.
      if left > 0 and idle ~= '1' then redis.pcall('HSET', meta, 'idle', 1) end
      reply[4], reply[5], reply[6], reply[8] = token, table.concat(ids), records, due and math.max(0, due - now) or ''
    end
  end
  -- What this claimer leaves behind may be for another one.
  if change and not paused and (not wants or left <= 0) then
    local empty, notified = change == 'ready', 0
    -- include: notify-listeners
    reply[10] = notified
  end
  block.answer = reply
end

local blocks, k, a = {}, 1, 6
while a <= #ARGV do
  local last = a + 6 + ARGV[a + 5]
  blocks[#blocks + 1] = {
    k = k, a = a, last = last, m = false, answer = false, reply = false, change = false, adding = false,
  }
  k, a = k + 13 + #ARGV[a], last
end
local function each(step)
  for i = 1, #blocks do
    local block = blocks[i]
    if not block.answer then
      local ok, failure = pcall(step, block)
      if not ok then block.answer = '!' .. (type(failure) == 'table' and failure.err or tostring(failure)) end
    end
  end
end
each(look)
if ARGV[5] == '1' then
  -- include: look-at-followers
end
each(settle)
if #followed > 0 then
  -- include: add-followers
end
each(claim)
local replies = { now, followers }
for i = 1, #blocks do replies[i + 2] = blocks[i].answer end
return replies
