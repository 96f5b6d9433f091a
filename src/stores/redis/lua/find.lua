-- Which of these tasks are in this queue.
-- KEYS: tasks. ARGV: shift, ids. Reply: '1' or '0' for each.
-- include: time
local marks, ids = {}, ARGV[2]
for i = 1, #ids / 16 do marks[i] = call('HEXISTS', KEYS[1], sub(ids, 16 * i - 15, 16 * i)) end
return table.concat(marks)
