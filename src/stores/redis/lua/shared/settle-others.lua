-- Fragment of exchange-general.lua: settlements of any outcome.
-- Out: verdicts, ids, held, moveOf, delayOf, textOf (of those that are applied, for shared/end-attempts.lua), ended (their
--   ids), followed (where the arguments begin of those that have followers, too).
local named, at, marks, from = {}, {}, {}, a + 6
while from < last do
  named[#named + 1], at[#at + 1] = ARGV[from], from
  from = nextSettlement(from)
end
local found = fetch(leases, named)
for i = 1, #named do
  local id, lease, n = named[i], found[i], #ids + 1
  from, marks[i] = at[i], '0'
  if lease and not ended[id] and sub(lease, 1, 16) == ARGV[from + 1] then
    local text = ARGV[from + 2]
    if not moves[text] then
      local to, ifCancelled, costs, reason, brings, puts, counts =
        string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
      moves[text] = {
        to = to, ifCancelled = ifCancelled, costs = costs, reason = reason, brings = brings, puts = puts, counts = counts,
      }
    end
    ids[n], held[n], moveOf[n], delayOf[n], textOf[n] = id, lease, moves[text], ARGV[from + 3], ARGV[from + 4]
    marks[i], ended[id] = '1', true
    if ARGV[from + 5] ~= '0' then followed[#followed + 1] = from end
  end
end
verdicts[3] = table.concat(marks)
