-- Tells listeners that there may be something to claim. The channel has the name of the meta key.
-- `idle` is set by a claim that wanted more than it got, so busy workers cost nothing. A queue that was empty is
-- announced as well, at most every 100 ms: that heals a lost flag or message without a storm. Answers 1 if it told them.
local function wake(meta, idle, woken, empty)
  if idle == '1' or (empty and math.abs(now - (tonumber(woken) or 0)) >= 100) then
    call('PUBLISH', meta, '')
    call('HSET', meta, 'idle', 0, 'woken', now)
    return 1
  end
  return 0
end
