-- Deletes all that is left of a queue in which there is no task and no key, which is not paused, and in which nothing happened
-- for a day.
-- KEYS: as shared/keys.lua. ARGV: shift, known priorities.
-- Reply: { priorities in use if the client does not know them all, 1 if nothing of it is left }
-- include: time
local k, known = 1, ARGV[2]
-- include: keys
local m = call('HMGET', meta, 'priorities', 'paused')
local used = m[1] or ''
-- include: check
if stale then return { used, 0 } end
if m[2] == '1' or call('EXISTS', tasks, leases, keys) > 0 then return { '', 0 } end
local oldest = floor(now / 60000) - 1440
for _, field in ipairs(call('HKEYS', activity)) do
  if (tonumber(string.match(field, '^%d+')) or 0) > oldest then return { '', 0 } end
end
call('DEL', unpack(KEYS))
return { '', 1 }
