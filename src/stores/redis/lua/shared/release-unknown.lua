-- Fragment of exchange-general.lua, after a lost reply: every lease of this worker that it does not know of was claimed by the
-- call whose reply it lacks. Looks at all leases of the queue, which happens once per lost reply.
-- Out: ids, held, moveOf, delayOf, textOf, in front of which it puts them: so they stand in line before what this call
-- releases.
local listed, lost, all, name = {}, {}, call('HGETALL', leases), string.match(ARGV[4], '%S*')
for i = 1, #ARGV[a + 4], 32 do listed[sub(ARGV[a + 4], i, i + 31)] = true end
for i = 1, #all, 2 do
  local id, lease = all[i], all[i + 1]
  if string.match(lease, '%S*', 43) == name and not listed[id .. sub(lease, 1, 16)] and not ended[id] then
    lost[#lost + 1] = { id = id, lease = lease, token = tonumber(sub(lease, 1, 16)) }
  end
end
table.sort(lost, function(x, y) return x.token < y.token end)
local released = LAW.RELEASED
for i = 1, #lost do
  table.insert(ids, i, lost[i].id)
  table.insert(held, i, lost[i].lease)
  table.insert(moveOf, i, released)
  table.insert(delayOf, i, 0)
  table.insert(textOf, i, '')
end
