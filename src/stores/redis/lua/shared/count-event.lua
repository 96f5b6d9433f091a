-- Fragment: counts an event for the minute and in all. A counter that another program broke must not stop the work that it
-- counts. The pruning of minutes in maintain.lua leaves the totals alone.
-- In: activity, event (its name, with a colon before it), count, now.
redis.pcall('HINCRBY', activity, 'total' .. event, count)
redis.pcall('HINCRBY', activity, floor(now / 60000) .. event, count)
