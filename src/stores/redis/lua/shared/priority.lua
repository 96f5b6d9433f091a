-- The priority whose list a record goes to, one of `known`. A record that is cut or foreign counts as one of normal
-- priority, and what has no list goes to the last one: a claim finds it there and puts it aside.
local function priorityOf(record, known)
  local priority = sub(record or '', 10, 10)
  if priority == '' or not string.find('0123456789', priority, 1, true) then priority = '5' end
  return string.find(known, priority, 1, true) and priority or sub(known, -1)
end
