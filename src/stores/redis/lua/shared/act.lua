-- The opening of every act on one task. ARGV: shift, known priorities, id, then what the act needs.
-- Reply: { 'stale', priorities in use } | { 'missing' } | { 'refused', state } | { 'applied', view }.
bind(1, ARGV[2])
local known = call('HGET', meta, 'priorities') or ''
if stale(known) then return { 'stale', known } end
check()
local id = ARGV[3]
local task = view(id, true)
if not task then return { 'missing' } end
local state, record = task[2], task[4]
