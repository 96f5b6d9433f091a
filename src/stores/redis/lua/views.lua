-- Tasks as they stand. KEYS: as shared/keys.lua. ARGV: shift, ids, 1 for brief ones (see shared/view.lua).
-- Reply: a view for each task that there is.
-- include: time
local k = 1
-- include: keys
-- include: view
local views, ids, brief = {}, ARGV[2], ARGV[3] == '1'
for i = 1, #ids / 16 do views[#views + 1] = view(sub(ids, 16 * i - 15, 16 * i), brief) end
return views
