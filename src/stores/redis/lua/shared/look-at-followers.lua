-- Fragment of exchange-general.lua: looks, before anything is written, whether settlements and their followers can both be.
-- A queue whose followers go to one that failed fails as well, or waits for the next call with it. Of a full Redis the
-- first write asks too much, and then nothing is done.
local unfit, hasRoom = {}, false
for i = 1, #blocks do unfit[i] = blocks[i].answer end
for i = 1, #blocks do
  local block, from = blocks[i], blocks[i].a + 6
  local k = block.k
  -- include: keys
  while from < block.last and not unfit[i] do
    for f = from + 7, nextSettlement(from) - 1, 7 do
      local answer = unfit[tonumber(ARGV[f])]
      if answer then block.answer = sub(answer, 1, 1) == '!' and answer or '?' .. (block.m[1] or '') end
    end
    if ARGV[from + 5] ~= '0' and not hasRoom then
      local lease = call('HGET', leases, ARGV[from])
      if lease and sub(lease, 1, 16) == ARGV[from + 1] then
        hasRoom = true
        call('HSETNX', meta, 'priorities', '')
      end
    end
    from = nextSettlement(from)
  end
end
