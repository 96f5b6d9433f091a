-- Fragment: writes down what shared/add-one.lua added.
-- In: shared/keys.lua, adding, known (the priorities that meta names). Out: used (those in use now).
local used = adding.used
if adding.unlisted then call('HDEL', meta, 'unlisted') end
if adding.count > 0 then
  -- include: merge-priorities
  if adding.hasKeys then call('HSET', meta, 'has-keys', 1) end
  local event, count = ':added', adding.count
  -- include: count-event
end
