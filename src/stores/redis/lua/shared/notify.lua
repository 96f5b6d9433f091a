-- shared/notify-listeners.lua as a function.
local function notify(meta, idle, notifiedAt, empty)
  -- include: notify-listeners
  return notified
end
