-- What one of the marks of a record announces, nil if nothing: 1 run at, 4 crash limit, 8 key. The head of a record is
-- 9 characters created at, 1 priority, 1 of marks ('@' plus those), then what is marked, each with a space behind (see
-- record.ts). The rest, other settings among it, is the business of JavaScript alone.
local function fieldOf(record, mark)
  local marks, at = (record and byte(record, 11) or 64) - 64, 12
  for each = 0, 3 do
    if floor(marks / 2 ^ each) % 2 == 1 then
      local field, rest = string.match(record, '^(%S*) ()', at)
      if 2 ^ each == mark then return field end
      at = rest or #record + 1
    end
  end
  return nil
end
