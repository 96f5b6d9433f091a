-- Fragment: the keys of a queue, in the order of layout.ts. The sorted set of a state is `KEYS[k + LAYOUT.SETS[state]]`; the
-- ready list of a priority is `KEYS[k + 12 + string.find(known, priority, 1, true)]`.
-- In: k (where they begin in KEYS).
local tasks, meta, leases, activity, details = KEYS[k], KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 4]
local tombstones, keys, windows = KEYS[k + 10], KEYS[k + 11], KEYS[k + 12]
