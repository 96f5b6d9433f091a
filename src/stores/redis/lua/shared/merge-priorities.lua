-- Fragment: writes down that more priorities are in use.
-- In: meta, known (those it names, '' if none), used (the same and perhaps more behind, in any order).
-- Out: used, in order.
if #used > #known then
  local digits = {}
  for i = 1, #used do digits[i] = sub(used, i, i) end
  table.sort(digits)
  used = table.concat(digits)
  call('HSET', meta, 'priorities', used)
end
