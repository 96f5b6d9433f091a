-- The head of a record, as record.ts writes it: 6 bytes created at, 1 byte of priority (low four bits) and of marks,
-- then what the marks announce: 16 = run at (6 bytes), 32 = retry limit (8), 64 = crash limit (4), 128 = key (1 + n).
-- The rest is the business of JavaScript alone.
local DEFAULT_CRASH_LIMIT = 3

-- A record too short to have a head counts as one of normal priority, so that it can be claimed and put aside.
local function levelOf(record)
  return ((record and byte(record, 7)) or 5) % 16
end

local function marked(record, mark)
  return floor((byte(record, 7) or 0) / mark) % 2 == 1
end

local function crashLimitOf(record)
  if not record or not marked(record, 64) then return DEFAULT_CRASH_LIMIT end
  local at = 8 + (marked(record, 16) and 6 or 0) + (marked(record, 32) and 8 or 0)
  local a, b, c, d = byte(record, at, at + 3)
  return d and ((a * 256 + b) * 256 + c) * 256 + d or DEFAULT_CRASH_LIMIT
end

local function keyOf(record)
  if not record or not marked(record, 128) then return nil end
  local at = 8 + (marked(record, 16) and 6 or 0) + (marked(record, 32) and 8 or 0) + (marked(record, 64) and 4 or 0)
  local length = byte(record, at)
  return length and sub(record, at + 1, at + length)
end
