-- The instant that a text names: 'd' and a delay from now, or '@' and an instant.
local function dueAt(text) return tonumber(sub(text, 2)) + (byte(text) == 100 and now or 0) end

-- A record with when to run put in, behind the marks.
local function withRunAt(record, due) return sub(record, 1, 11) .. due .. ' ' .. sub(record, 12) end
