-- Fragment: what a task has only if something happened to it.
-- In: state (as text, or false). Out: failures, crashes, stop (1 if it was asked to), runAt, reason ('-': none; '@' and an instant: put
-- back since then).
local failures, crashes, stop, runAt, reason = 0, 0, 0, '-', '-'
if state and state ~= '' then
  failures, crashes, stop, runAt, reason = string.match(state, '^(%d+) (%d+) (%d) (%S+) (%S+)$')
  failures, crashes, stop = tonumber(failures) or 0, tonumber(crashes) or 0, tonumber(stop) or 0
  runAt, reason = runAt or '-', reason or '-'
end
