-- Fragment: appends an attempt, one a line: 'F' failed or 'C' crashed, since, until, number, worker, error as JSON. Keeps
-- the last ones, and always the last that has an error.
-- In: details, id, lease, kind ('F' or 'C'), number, failure (JSON, or false). A brace is in the JSON alone: the worker's
-- name has none (see attempt-state.ts).
local line = kind .. ' ' .. sub(lease, 30, 42) .. ' ' .. now .. ' ' .. number .. ' ' .. string.match(lease, '%S*', 43)
if failure then line = line .. ' ' .. failure end
local lines = call('HGET', details, id .. ':attempts')
if lines then
  local _, breaks = string.gsub(lines, '\n', '')
  if breaks >= LAW.ATTEMPTS_KEPT - 1 then
    local first, rest = string.match(lines, '^([^\n]*)\n(.*)$')
    if not failure and string.find(first, '{', 1, true) and not string.find(rest, '{', 1, true) then
      rest = first .. '\n' .. string.gsub(rest, '^[^\n]*\n', '', 1)
    end
    lines = rest
  end
  line = lines .. '\n' .. line
end
call('HSET', details, id .. ':attempts', line)
