-- Which of these tasks are in this queue.
-- KEYS: tasks. ARGV: shift, ids. Reply: '1' or '0' for each.
-- include: time
-- include: prelude
local marks = {}
for i, id in ipairs(split(ARGV[2])) do marks[i] = call('HEXISTS', KEYS[1], id) end
return table.concat(marks)
