-- Adds tasks of which some have an idempotency key.
-- KEYS: as shared/keys.lua. ARGV: shift, known priorities (those of these tasks among them), then six for each task: see
--   shared/add-one.lua.
-- Reply: { priorities in use if the client does not know them all, now, 1 if the queue was unknown,
--   1 if listeners need no further word,
--   '1' added, '0' duplicate or '2' conflict for each, the ids that stand }
-- include: time
-- include: field
-- include: due
local k, known = 1, ARGV[2]
-- include: keys
local m = call('HMGET', meta, 'priorities', 'idle', 'notified-at', 'unlisted')
local used = m[1] or ''
-- include: check
if stale then return { used, now, 0, 1, '', '' } end
local adding, marks, ids = { used = used, count = 0, unlisted = m[4], empty = false, hasKeys = false }, {}, {}
for a = 3, #ARGV, 6 do
  -- include: add-one
  marks[#marks + 1], ids[#ids + 1] = mark, stands
end
known = used
do
  -- include: finish-adding
end
local notified, idle, notifiedAt, empty = 1, m[2], m[3], adding.empty
if not m[1] then idle = '1' end -- a new queue does not know who waits: it may have been forgotten
if adding.count > 0 then
  -- include: notify-listeners
end
return { '', now, m[1] and 0 or 1, notified, table.concat(marks), table.concat(ids) }
