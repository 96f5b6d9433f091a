-- Fragment: looks at a queue before anything is written, because a script that fails midway is not rolled back. Fails on a
-- key of another type.
-- In: shared/keys.lua, known (the priorities that the client knows of), used (those in use, by meta).
-- Out: stale, true if others are in use: the client must name their lists, too, and call again.
local stale = false
for i = 1, #used do
  if not string.find(known, sub(used, i, i), 1, true) then stale = true end
end
call('HLEN', tasks)
call('HLEN', leases)
call('HLEN', details)
call('HLEN', tombstones)
call('HLEN', keys)
call('ZCARD', windows)
for at = k + 5, k + 9 do call('ZCARD', KEYS[at]) end
for at = k + 13, k + 12 + #known do call('LLEN', KEYS[at]) end
