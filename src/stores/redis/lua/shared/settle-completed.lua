-- Fragment of exchange-general.lua: completed tasks that nothing else is to be said of, to remove (1) and to keep (2).
-- Out: verdicts, gone (ids of the tasks to remove).
for group = 1, 2 do
  local given, marks, ids = ARGV[a + 1 + group], '', {}
  if given ~= '' then
    for i = 1, #given / 32 do ids[i] = sub(given, 32 * i - 31, 32 * i - 16) end
    local held = fetch(leases, ids)
    -- include: end-leases
    if #ids > 0 then
      local event, count = ':completed', #ids
      -- include: count-event
    end
    if group == 1 then
      gone = ids
    else
      local scores = {}
      for i = 1, #ids do scores[2 * i - 1], scores[2 * i] = now, ids[i] end
      sum('ZADD', KEYS[k + LAYOUT.SETS.completed], scores)
    end
  end
  verdicts[group] = marks
end
