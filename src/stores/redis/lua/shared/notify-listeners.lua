-- Fragment: tells listeners that there may be something to claim, unless that is not worth a message.
-- In: meta, now, idle and notifiedAt (from meta), empty (true if nothing could be claimed before).
-- Out: notified (declared outside), 1 if they were told.
--
-- `idle` is set by a claim that wanted more than it got, so busy workers cost nothing. A queue that was empty is
-- announced as well, at most every 100 ms: that heals a lost flag or message without a storm.
notified = 0
if idle == '1' or (empty and math.abs(now - (tonumber(notifiedAt) or 0)) >= 100) then
  -- include: publish
  notified = 1
end
