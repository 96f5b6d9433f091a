-- The head of a record, as record.ts writes it: 9 characters created at, 1 priority, 1 of marks ('@' plus 1 run at,
-- 2 retry limit, 4 crash limit, 8 key, 16 headers), then what is marked, each with a space behind. The rest, headers
-- among it, is the business of JavaScript alone.

-- A record that is cut or foreign counts as one of normal priority, so that it can be claimed and put aside.
local function priorityOf(record)
  local priority = ((record and byte(record, 10)) or 53) - 48
  return priority >= 0 and priority <= 9 and priority or 5
end

-- What one of the marks 1 to 8 announces, nil if nothing.
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

local function runAtOf(record) return tonumber(fieldOf(record, 1)) end
local function crashLimitOf(record) return tonumber(fieldOf(record, 4)) or LAW.DEFAULT_CRASH_LIMIT end
local function keyOf(record) return fieldOf(record, 8) end

-- With when to run put in, behind the marks.
local function withRunAt(record, due) return sub(record, 1, 11) .. due .. ' ' .. sub(record, 12) end

-- The instant that a text names: 'd' and a delay from now, or '@' and an instant.
local function dueAt(text) return tonumber(sub(text, 2)) + (byte(text) == 100 and now or 0) end
