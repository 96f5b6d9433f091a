-- Followers of settlements, in exchange-general.lua: see there for `blocks`, `followed` and `followers`.

-- Looks, before anything is written, whether settlements and their followers can both be. A queue whose followers go to
-- one that failed fails as well, or waits for the next call with it. Of a full Redis the first write asks too much.
local function mayFollow()
  local unfit, hasRoom = {}, false
  for i = 1, #blocks do unfit[i] = blocks[i].answer end
  for i = 1, #blocks do
    local block, a = blocks[i], blocks[i].a + 6
    while a < block.last and not unfit[i] do
      for f = a + 7, nextSettlement(a) - 1, 7 do
        local answer = unfit[tonumber(ARGV[f])]
        if answer then block.answer = sub(answer, 1, 1) == '!' and answer or '?' .. (block.m.priorities or '') end
      end
      if ARGV[a + 5] ~= '0' and not hasRoom then
        bindTo(block)
        local lease = call('HGET', leases, ARGV[a])
        if lease and sub(lease, 1, 16) == ARGV[a + 1] then
          hasRoom = true
          call('HSETNX', meta, 'priorities', '')
        end
      end
      a = nextSettlement(a)
    end
  end
end

-- In the order of the settlements in the call.
local function addFollowers()
  table.sort(followed, function(x, y) return tonumber(ARGV[x + 6]) < tonumber(ARGV[y + 6]) end)
  for _, a in ipairs(followed) do
    local marks, standing = {}, {}
    for f = a + 7, nextSettlement(a) - 1, 7 do
      local target, n = blocks[tonumber(ARGV[f])], #marks + 1
      bindTo(target)
      target.adding = target.adding or beginAdding(target.m.priorities, target.m.unlisted)
      marks[n], standing[n] = addOne(target.adding, f + 1)
    end
    local n = #followers
    followers[n + 1], followers[n + 2], followers[n + 3] = tonumber(ARGV[a + 6]), table.concat(marks), table.concat(standing)
  end
  for i = 1, #blocks do
    local block, adding = blocks[i], blocks[i].adding
    if adding then
      bindTo(block)
      finishAdding(adding)
      block.m.priorities = adding.used
      if adding.count > 0 then block.change = adding.empty and 'ready' or block.change or 'due' end
      if block.reply then block.reply[9] = adding.isNew and 1 or 0 end
    end
  end
end
