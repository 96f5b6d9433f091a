-- Tasks as they stand. KEYS: as shared/queue.lua. ARGV: shift, ids, 1 for brief ones (see shared/view.lua).
-- Reply: a view for each task that there is.
-- include: time
-- include: prelude
-- include: notify
-- include: record
-- include: order
-- include: queue
-- include: view
bind(1, '')
local views = {}
for _, id in ipairs(split(ARGV[2])) do views[#views + 1] = view(id, ARGV[3] == '1') end
return views
