-- Adds tasks of which some have an idempotency key.
-- KEYS: as shared/queue.lua. ARGV: shift, known priorities (those of these tasks among them), then for each task:
--   id, record, '-' or when ('d' and a delay, '@' and an instant), key or '', window in ms, fingerprint.
-- Reply: { priorities in use if the client does not know them all, now, 1 if the queue was unknown,
--   1 if listeners need no further word,
--   '1' added, '0' duplicate or '2' conflict for each, the ids that stand }
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
-- include: view
-- include: add-one
bind(1, ARGV[2])
local m = call('HMGET', meta, 'priorities', 'idle', 'notified-at', 'unlisted')
if stale(m[1] or '') then return { m[1], now, 0, 1, '', '' } end
check()
local adding, marks, standing = beginAdding(m[1], m[4]), {}, {}
for a = 3, #ARGV, 6 do
  local n = #marks + 1
  marks[n], standing[n] = addOne(adding, a)
end
finishAdding(adding)
local notified = adding.count == 0 and 1 or notify(meta, m[2], m[3], adding.empty)
return { '', now, adding.isNew and 1 or 0, notified, table.concat(marks), table.concat(standing) }
