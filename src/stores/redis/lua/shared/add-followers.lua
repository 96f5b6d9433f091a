-- Fragment of exchange-general.lua: adds the followers of the settlements that were applied, in the order in which these
-- stand in the call.
-- include: field
-- include: due
table.sort(followed, function(x, y) return tonumber(ARGV[x + 6]) < tonumber(ARGV[y + 6]) end)
for _, from in ipairs(followed) do
  local marks, ids, n = {}, {}, #followers
  for f = from + 7, nextSettlement(from) - 1, 7 do
    local target, a = blocks[tonumber(ARGV[f])], f + 1
    local k, known, adding = target.k, ARGV[target.a], target.adding
    if not adding then
      adding = { used = target.m[1] or '', count = 0, unlisted = target.m[9], empty = false, hasKeys = false }
      target.adding = adding
    end
    -- include: keys
    -- include: add-one
    marks[#marks + 1], ids[#ids + 1] = mark, stands
  end
  followers[n + 1], followers[n + 2], followers[n + 3] = tonumber(ARGV[from + 6]), table.concat(marks), table.concat(ids)
end
for i = 1, #blocks do
  local block = blocks[i]
  local k, m, adding = block.k, block.m, block.adding
  if adding then
    local known = m[1] or ''
    -- include: keys
    -- include: finish-adding
    if block.reply then block.reply[9] = m[1] and 0 or 1 end
    if adding.count > 0 then block.change = adding.empty and 'ready' or block.change or 'due' end
    m[1] = used
  end
end
