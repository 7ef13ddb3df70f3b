-- The queue of one line, and the pace at which it is granted. What it promises is told in lanes.hpp and pace.hpp
-- (whose C++ says the rule of the pace once more: change both or neither). This file tells how it is kept.
--
-- KEYS[1] is the line, KEYS[2] its carrier's account; all keys are one of them and a suffix, under one hash tag:
--   line:known           hash   id -> entry "<state><lane>:<parts>:<club>:<since_ms>:<owner>"; what is true of it; since: the
--                               moment from which it could leave, by this Redis' clock
--   line:q:<lane>:<club> list   ids in order                \
--   line:ring:<lane>     list   clubs with a list, in turn   |  indexes only: an id that the entry does not confirm
--   line:leased          zset   id by end of lease, ms       |  is a ghost and is dropped when it is met
--   line:delayed         zset   id by time it waits for, ms /
--   line:counts          hash   waiting<lane>: entries in state w; granted<lane>: grants since Redis remembers;
--                               ghosts<lane>:<club>: how many more ids its list has than entries wait in it;
--                               skipped<lane>: grants since its last one;
--                               turn<lane>: "<club> <n>", how many of its turn the first club on the ring has had
--   line:paused          set    "line", "lane<n>", "club<id>": what an operator has stopped
--   line:weights         hash   club -> messages a turn, where that is not 1
--   line:epoch           string set once seeded; line:seeding: by whom it is about to be
--   line:pace, account:pace  hash;  account:taken  zset of the grid's points that are given
-- States: w waits in its list; l leased; d enqueued with a delay; r returned with a delay. The owner of an entry that
-- is not leased is empty, or "-": seeded, so the outbox may know more of it, or "-" and the one who gave it back and so
-- knows as much of it as the outbox, or "!" and the one whose lease ran out: that one may have sent it.
--
-- Must stay true: an id is granted only in state w, and only by becoming l. A club is on the ring exactly when its list
-- exists and it is not paused. No call unpacks more than `chunk` values (Lua's stack), no loop is longer than the caller's limits.
-- Numbers become text by int(): Lua itself would write 1.7e+15.
--
-- A new operation: a function in `operations` at the end, a method of Lanes.

local line, account = KEYS[1], KEYS[2]
local call = redis.call
local chunk = 1000
local lane_last = 3

local function int(number) return string.format('%.0f', number) end

local clock = call('TIME')
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local now_ms = math.floor(now_us / 1000)

-- call(command, key, values...) with as many calls as the stack needs; `step` values belong together
local function call_many(command, key, values, step)
  local size = chunk - chunk % (step or 1)
  for first = 1, #values, size do
    call(command, key, unpack(values, first, math.min(first + size - 1, #values)))
  end
end

-- The same of a command that removes: how many there were.
local function remove_many(command, key, values)
  local removed = 0
  for first = 1, #values, chunk do
    removed = removed + call(command, key, unpack(values, first, math.min(first + chunk - 1, #values)))
  end
  return removed
end

---- entries

local known_key, leased_key, delayed_key = line .. ':known', line .. ':leased', line .. ':delayed'
local counts_key = line .. ':counts'

local paused_key, weights_key = line .. ':paused', line .. ':weights'

local paused_clubs = {}
local function is_paused(club)
  if paused_clubs[club] == nil then paused_clubs[club] = call('SISMEMBER', paused_key, 'club' .. club) == 1 end
  return paused_clubs[club]
end

-- By lane, from 0.
local paused_lanes
local function is_lane_paused(lane)
  if not paused_lanes then
    local flags = call('SMISMEMBER', paused_key, 'line', 'lane0', 'lane1', 'lane2', 'lane3')
    paused_lanes = {}
    for n = 0, lane_last do paused_lanes[n] = flags[1] == 1 or flags[n + 2] == 1 end
  end
  return paused_lanes[lane]
end

local function queue_key(lane, club) return line .. ':q:' .. lane .. ':' .. club end
local function ring_key(lane) return line .. ':ring:' .. lane end

local function parse(id, text)
  if not text then return false end
  local state, what, lane, club, since, owner = string.match(text, '^(%a)((%d):%d+:(%d+):(%d+):)(.*)$')
  return {id = id, state = state, what = what, lane = lane, club = club, since = since, owner = owner}
end

-- Entries of ids, as text, in their order; false where unknown.
local function look_up_texts(ids)
  if #ids <= chunk then return #ids > 0 and call('HMGET', known_key, unpack(ids)) or {} end
  local all = {}
  for first = 1, #ids, chunk do
    for _, text in ipairs(call('HMGET', known_key, unpack(ids, first, math.min(first + chunk - 1, #ids)))) do
      all[#all + 1] = text
    end
  end
  return all
end

local function look_up(ids)
  local entries = look_up_texts(ids)
  for i, text in ipairs(entries) do entries[i] = parse(ids[i], text) end
  return entries
end

local waiting_change = {}
local function count_waiting(entry, change)
  waiting_change[entry.lane] = (waiting_change[entry.lane] or 0) + change
end

-- By field of the counts.
local ghosts_change = {}
local function ghosts_field(lane, club) return 'ghosts' .. lane .. ':' .. club end
local function count_ghosts(lane, club, change)
  local field = ghosts_field(lane, club)
  ghosts_change[field] = (ghosts_change[field] or 0) + change
end

-- It waits no longer, and its id stays in its list.
local function leave_in_list(entry)
  count_waiting(entry, -1)
  count_ghosts(entry.lane, entry.club, 1)
end

local granted_count = {}
local function save_counts()
  for lane, change in pairs(waiting_change) do
    if change ~= 0 then call('HINCRBY', counts_key, 'waiting' .. lane, int(change)) end
  end
  for lane, count in pairs(granted_count) do call('HINCRBY', counts_key, 'granted' .. lane, int(count)) end
  for field, change in pairs(ghosts_change) do
    if change ~= 0 and call('HINCRBY', counts_key, field, int(change)) <= 0 then call('HDEL', counts_key, field) end
  end
end

local function save_entries(entries)
  local values = {}
  for _, entry in ipairs(entries) do
    values[#values + 1] = entry.id
    values[#values + 1] = entry.state .. entry.what .. entry.owner
  end
  call_many('HSET', known_key, values, 2)
end

-- Makes entries wait: at the back of their clubs' lists, or, in their order, at the front.
local function let_wait(entries, at_front)
  local lists, order = {}, {}
  for _, entry in ipairs(entries) do
    local key = queue_key(entry.lane, entry.club)
    if not lists[key] then
      lists[key] = {lane = entry.lane, club = entry.club}
      order[#order + 1] = key
    end
    local ids = lists[key]
    ids[#ids + 1] = entry.id
    entry.state = 'w'
    entry.owner = entry.lost_by and '!' .. entry.lost_by or
      string.sub(entry.owner, 1, 1) == '-' and entry.owner or ''
    count_waiting(entry, 1)
  end
  local side = at_front and 'LPUSH' or 'RPUSH'
  for _, key in ipairs(order) do
    local ids = lists[key]
    if at_front then
      for i = 1, math.floor(#ids / 2) do ids[i], ids[#ids + 1 - i] = ids[#ids + 1 - i], ids[i] end
    end
    if call('EXISTS', key) == 0 and not is_paused(ids.club) then call(side, ring_key(ids.lane), ids.club) end
    call_many(side, key, ids)
  end
  save_entries(entries)
end

local function is_fresh() return 1 - call('EXISTS', line .. ':epoch') end

---- pace (the twin of pace.cpp)

local silence_us, pause_us_max = 1000000, 60000000
local factor_full, factor_min, factor_per_second = 1000, 100, 100
local parts_max = 255
local hold_us_max = 20000

local function read_throttle(slow_until, factor)
  return {slow_until = tonumber(slow_until or 0), factor = tonumber(factor or factor_full)}
end

local function factor_now(throttle)
  local elapsed = math.max(0, now_us - throttle.slow_until)
  return math.min(factor_full, throttle.factor + math.floor(elapsed * factor_per_second / 1000000))
end

local function pause_end(throttle)
  if throttle.slow_until - now_us > pause_us_max then return 0 end
  return throttle.slow_until
end

local function penalise(key, pause_us)
  local saved = call('HMGET', key, 'slow_until', 'factor')
  local throttle = read_throttle(saved[1], saved[2])
  local slow_until = now_us + math.min(pause_us, pause_us_max)
  if pause_end(throttle) > now_us then
    slow_until = math.max(throttle.slow_until, slow_until)
  else
    throttle.factor = math.max(factor_min, math.floor(factor_now(throttle) / 2))
  end
  call('HSET', key, 'slow_until', int(slow_until), 'factor', int(throttle.factor))
end

-- A pace of this call: next() is the slot of the next part, take() takes it, save() remembers it all. Where another pace
-- gave the part a slot, `floor`, it is not before that, and later by as much as those before it were too late for theirs.
local function open_pace(line_us, account_us, horizon_us)
  local pace = {}
  local line_pace, account_pace = line .. ':pace', account .. ':pace'
  local reach = horizon_us + pause_us_max + (parts_max + 1) * (factor_full / factor_min) * (line_us + account_us)

  local saved = call('HMGET', line_pace, 'last', 'slow_until', 'factor')
  local throttle = read_throttle(saved[2], saved[3])
  local earliest = math.max(now_us, pause_end(throttle))
  local spacing = math.ceil(line_us * factor_full / factor_now(throttle))
  local last, last_saved = tonumber(saved[1]), saved[1]
  if line_us > 0 and (not last or last - now_us > reach) then last = now_us + silence_us - spacing end

  local taken, newly_taken, factor, not_before, point = {}, {}, factor_full, 0, 0
  if account_us > 0 then
    saved = call('HMGET', account_pace, 'spacing', 'not_before', 'slow_until', 'factor')
    local account_throttle = read_throttle(saved[3], saved[4])
    factor = factor_now(account_throttle)
    not_before = tonumber(saved[2])
    if not saved[1] or not_before - now_us > reach then
      not_before = now_us + silence_us
    elseif tonumber(saved[1]) ~= account_us then
      local highest = call('ZREVRANGE', account .. ':taken', 0, 0)[1]
      not_before = math.max(not_before, now_us, tonumber(highest or 0) * tonumber(saved[1])) + account_us
    end
    if not saved[1] or tonumber(saved[2]) ~= not_before then
      call('DEL', account .. ':taken')
      call('HSET', account_pace, 'spacing', int(account_us), 'not_before', int(not_before))
    end
    call('ZREMRANGEBYSCORE', account .. ':taken', '-inf', '(' .. int(math.floor(now_us / account_us)))
    for _, given in ipairs(call('ZRANGE', account .. ':taken', 0, -1)) do taken[tonumber(given)] = true end
    not_before = math.max(not_before, pause_end(account_throttle))
  end

  local function in_use(at) return at % factor_full * 619 % factor_full < factor end

  local unlimited = int(earliest - now_us)

  local late = 0
  local function wanted(floor)
    local from = floor and math.max(earliest, floor + late) or earliest
    if line_us == 0 then return from end
    return math.max(from, last + spacing)
  end

  function pace.next(floor)
    if account_us == 0 then return wanted(floor) end
    -- What was looked at before in this call is taken or not in use: `point` only grows.
    point = math.max(point, math.ceil(math.max(wanted(floor), not_before) / account_us))
    while taken[point] or not in_use(point) do point = point + 1 end
    return point * account_us
  end

  -- How many parts at most have a slot within the horizon.
  function pace.room()
    local step = math.max(line_us > 0 and spacing or 0, account_us)
    local left = horizon_us - (pace.next() - now_us)
    if left < 0 then return 0 end
    return step > 0 and math.floor(left / step) + 1 or math.huge
  end

  function pace.take(floor)
    local slot, want = pace.next(floor), wanted(floor)
    if account_us > 0 then
      taken[point] = true
      newly_taken[#newly_taken + 1] = int(point)
      newly_taken[#newly_taken + 1] = int(point)
    end
    if line_us > 0 then last = math.max(want, slot - account_us) end
    if floor then late = math.max(late, slot - account_us - floor) end
    return slot
  end

  function pace.late() return late end

  -- The line's last slot, before this call and now; 0 where it has no pace.
  local before = last
  function pace.before_and_last()
    if line_us == 0 then return 0, 0 end
    return before, last
  end

  function pace.save()
    if line_us > 0 and int(last) ~= last_saved then call('HSET', line_pace, 'last', int(last)) end
    call_many('ZADD', account .. ':taken', newly_taken, 2)
  end

  -- Slots of all parts, as text, in microseconds from now.
  function pace.take_parts(parts)
    if line_us == 0 and account_us == 0 then
      return parts == 1 and unlimited or string.rep(unlimited .. ',', parts - 1) .. unlimited
    end
    local slots = {}
    for i = 1, parts do slots[i] = int(pace.take() - now_us) end
    return table.concat(slots, ',')
  end

  -- The same of parts that have slots of another pace.
  function pace.follow(floors)
    local slots = {}
    for i, floor in ipairs(floors) do slots[i] = int(pace.take(floor) - now_us) end
    return table.concat(slots, ',')
  end

  return pace
end

---- taking from the lanes

-- Ids whose time in a zset is over, at most `limit`; `states`: which entries are what the zset says.
local function take_due(key, states, limit)
  local ids = call('ZRANGEBYSCORE', key, '-inf', int(now_ms), 'LIMIT', 0, limit)
  local due = {}
  for _, entry in ipairs(look_up(ids)) do
    if entry and states[entry.state] then due[#due + 1] = entry end
  end
  call_many('ZREM', key, ids)
  return due
end

local function return_due(limit)
  local lost = take_due(leased_key, {l = true}, limit)
  for _, entry in ipairs(lost) do entry.lost_by = entry.owner end
  let_wait(lost, true)
  local again, new = {}, {}
  for _, entry in ipairs(take_due(delayed_key, {d = true, r = true}, limit)) do
    local list = entry.state == 'r' and again or new
    list[#list + 1] = entry
  end
  let_wait(again, true)
  let_wait(new, false)
end

local ghosts_left = 1000    -- how many may be met in one call
local granted_ids = {}

local weights = {}
local function weight_of(club)
  if not weights[club] then weights[club] = tonumber(call('HGET', weights_key, club) or 1) end
  return weights[club]
end

-- A cursor reads a lane in the order in which it is to be granted, without changing it: `head` is the next entry.
-- `clubs` begins as the head of the ring; a club that had its turn, `turn` messages of its weight, goes to its end.
-- `used` is how many ids of a club's list are granted or ghosts.
local function open_lane(lane, want, turn)
  local cursor = {lane = lane, first = 1, used = {}, read = {}, turn = 0}
  cursor.clubs = want > 0 and call('LRANGE', ring_key(lane), 0, want - 1) or {}
  cursor.from_ring = #cursor.clubs
  cursor.read_ahead = math.min(100, math.ceil(want / math.max(1, #cursor.clubs)))
  local club, had = string.match(turn or '', '^(%d+) (%d+)$')
  if club and club == cursor.clubs[1] then cursor.turn = tonumber(had) end
  return cursor
end

local function end_turn(cursor)
  cursor.first = cursor.first + 1
  cursor.turn = 0
end

local function next_of_club(cursor, club)
  local used = cursor.used[club] or 0
  local read = cursor.read[club]
  if not read or used >= read.from + #read.ids then
    local ids = call('LRANGE', queue_key(cursor.lane, club), used, used + cursor.read_ahead - 1)
    read = {from = used, ids = ids, texts = look_up_texts(ids)}
    cursor.read[club] = read
  end
  return read.ids[used - read.from + 1], read.texts[used - read.from + 1]
end

-- The entry of an id that a club's list holds, unless it is a ghost there.
local function waiting_entry(cursor, club, id, text)
  if not text or granted_ids[id] then return nil end
  local lane, parts, of_club, since, mark_at = string.match(text, '^w(%d):(%d+):(%d+):(%d+):()')
  if lane ~= cursor.lane or of_club ~= club then return nil end
  return {
    id = id, what = string.sub(text, 2, mark_at - 1), lane = lane, parts = tonumber(parts), club = club,
    since = since, mark = string.sub(text, mark_at)
  }
end

local function find_head(cursor)
  cursor.head = nil
  while cursor.first <= #cursor.clubs do
    local club = cursor.clubs[cursor.first]
    local id, text = next_of_club(cursor, club)
    cursor.head = id and waiting_entry(cursor, club, id, text)
    if cursor.head then
      return
    elseif not id then
      end_turn(cursor)
    elseif ghosts_left == 0 then
      return  -- the rest of the lane has to wait for the next call
    else
      ghosts_left = ghosts_left - 1
      count_ghosts(cursor.lane, club, -1)
      cursor.used[club] = (cursor.used[club] or 0) + 1
    end
  end
end

local function pop_head(cursor)
  local entry, club = cursor.head, cursor.clubs[cursor.first]
  granted_ids[entry.id] = true
  cursor.used[club] = (cursor.used[club] or 0) + 1
  cursor.turn = cursor.turn + 1
  if cursor.turn >= weight_of(club) then
    end_turn(cursor)
    cursor.clubs[#cursor.clubs + 1] = club
  end
  find_head(cursor)
  return entry
end

-- Takes out of Redis what the cursor has passed.
local function close_lane(cursor)
  for club, used in pairs(cursor.used) do
    call('LTRIM', queue_key(cursor.lane, club), used, -1)
  end
  local passed = math.min(cursor.first - 1, cursor.from_ring)
  if passed > 0 then call('LTRIM', ring_key(cursor.lane), passed, -1) end
  local back = {}
  for i = math.max(cursor.first, cursor.from_ring + 1), #cursor.clubs do
    local club = cursor.clubs[i]
    if call('EXISTS', queue_key(cursor.lane, club)) == 1 then back[#back + 1] = club end
  end
  call_many('RPUSH', ring_key(cursor.lane), back)
  local club = cursor.turn > 0 and cursor.clubs[cursor.first]
  return club and club .. ' ' .. cursor.turn or ''
end

-- The lane whose turn it is: the first with work, unless one has been skipped for its whole share.
local function choose(lanes, one_in, skipped)
  local chosen
  for lane = 0, lane_last do
    if lanes[lane].head then
      chosen = chosen or lane
      if one_in[lane] > 0 and skipped[lane] + 1 >= one_in[lane] then
        chosen = lane
        break
      end
    end
  end
  for lane = 0, lane_last do
    skipped[lane] = (lane == chosen or not lanes[lane].head) and 0 or skipped[lane] + 1
  end
  return chosen
end

local function take_from_lanes(pace, horizon_us, messages_max, one_in)
  local lanes, skipped, granted, texts, again = {}, {}, {}, {}, nil
  local want = math.min(messages_max, pace.room())
  if want == 0 then return granted, texts, pace.next() - now_us - horizon_us end
  local saved = call('HMGET', counts_key, 'skipped0', 'skipped1', 'skipped2', 'skipped3',
    'turn0', 'turn1', 'turn2', 'turn3')
  for lane = 0, lane_last do
    skipped[lane] = tonumber(saved[lane + 1] or 0)
    lanes[lane] = open_lane(int(lane), is_lane_paused(lane) and 0 or want, saved[lane + 5])
    find_head(lanes[lane])
  end
  while #granted < messages_max do
    local ahead = pace.next() - now_us
    if ahead > horizon_us then
      again = ahead - horizon_us
      break
    end
    local lane = choose(lanes, one_in, skipped)
    if not lane then break end
    local entry = pop_head(lanes[lane])
    granted[#granted + 1] = entry
    texts[#texts + 1] = entry.id .. ' ' .. entry.lane .. ' ' .. entry.club .. ' ' ..
      int(math.max(0, now_ms - entry.since)) .. ' ' .. entry.mark .. ' ' .. pace.take_parts(entry.parts)
  end
  local turns = {}
  for lane = 0, lane_last do turns[lane] = close_lane(lanes[lane]) end
  if #granted > 0 then
    call('HSET', counts_key, 'skipped1', int(skipped[1]), 'skipped2', int(skipped[2]), 'skipped3', int(skipped[3]),
      'turn0', turns[0], 'turn1', turns[1], 'turn2', turns[2], 'turn3', turns[3])
  end
  return granted, texts, again
end

-- Microseconds until something could be granted; -1: nothing waits. `paced`: until the pace allows it.
local function next_time(paced)
  for lane = 0, lane_last do
    if not is_lane_paused(lane) and call('EXISTS', ring_key(int(lane))) == 1 then return paced or 0 end
  end
  local soonest
  for _, key in ipairs({leased_key, delayed_key}) do
    local due = call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
    if due then soonest = math.min(soonest or math.huge, tonumber(due)) end
  end
  if not soonest then return -1 end
  return math.max(paced or 0, soonest * 1000 - now_us, 0)
end

---- operations

-- Those of ids that are leased to `owner`.
local function leased_to(owner, ids)
  local mine, mine_ids, seen = {}, {}, {}
  for _, entry in ipairs(look_up(ids)) do
    if entry and entry.state == 'l' and entry.owner == owner and not seen[entry.id] then
      seen[entry.id] = true
      mine[#mine + 1] = entry
      mine_ids[#mine_ids + 1] = entry.id
    end
  end
  return mine, mine_ids
end

-- Each after its own delay, or after `delay_ms`.
local function set_times(key, entries, delay_ms)
  local values = {}
  local times = {}  -- as text, by their delay
  for _, entry in ipairs(entries) do
    local delay = entry.delay_ms or delay_ms
    times[delay] = times[delay] or int(now_ms + delay)
    values[#values + 1] = times[delay]
    values[#values + 1] = entry.id
  end
  call_many('ZADD', key, values, 2)
end

local function arguments_from(first)
  local rest = {}
  for i = first, #ARGV do rest[#rest + 1] = ARGV[i] end
  return rest
end

local operations = {}

-- Messages of the arguments, (id lane parts club age_ms) and as many more as make `step`: ids, and the n-th one's entry.
local function messages_from(first, step)
  local ids = {}
  for i = first, #ARGV, step do ids[#ids + 1] = ARGV[i] end
  local function new_entry(n)
    local i = first + (n - 1) * step
    local lane, parts, club = ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
    local since = int(math.max(0, now_ms - ARGV[i + 4]))
    local what = lane .. ':' .. parts .. ':' .. club .. ':' .. since .. ':'
    return {id = ids[n], what = what, lane = lane, club = club, owner = ''}
  end
  return ids, new_entry
end

-- enqueue (id lane parts club age_ms delay_ms seeded)... -> how many were new, fresh
-- What was seeded and still waits for its delay is known at first hand by whoever enqueues it anew: it goes at once.
function operations.enqueue()
  local ids, new_entry = messages_from(2, 7)
  local there = look_up_texts(ids)
  local waiting, delayed, seen, added = {}, {}, {}, 0
  for n, id in ipairs(ids) do
    local delay_ms, seeded = tonumber(ARGV[n * 7]), ARGV[n * 7 + 1] == '1'
    local is_new = not there[n]
    local was_seeded = there[n] and not seeded and string.match(there[n], '^d.*:%-$')
    if (is_new or was_seeded) and not seen[id] then
      seen[id] = true
      local entry = new_entry(n)
      entry.state, entry.delay_ms = 'd', delay_ms
      if seeded then entry.owner = '-' end
      if is_new then added = added + 1 end
      local list = delay_ms > 0 and delayed or waiting
      list[#list + 1] = entry
    end
  end
  let_wait(waiting, false)
  set_times(delayed_key, delayed)
  save_entries(delayed)
  return {added, is_fresh()}
end

-- For how long nobody is granted slots of the line: whoever has the last may yet have to move them.
local function held_us()
  local left = tonumber(call('HGET', line .. ':pace', 'held_until') or 0) - now_us
  return left <= hold_us_max and left or 0  -- else the clock was set back
end

-- grant line_us account_us horizon_us messages_max lease_ms owner returned_max one_in0 .. one_in3 hold_us
--   -> fresh, again_us, full, before_us, last_us, "id lane club age_ms mark slot,slot,..."...
function operations.grant()
  local line_us, account_us, horizon_us = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
  local one_in = {}
  for lane = 0, lane_last do one_in[lane] = tonumber(ARGV[9 + lane]) end
  return_due(tonumber(ARGV[8]))
  local pace = open_pace(line_us, account_us, horizon_us)
  local held = line_us > 0 and held_us() or 0
  local granted, texts, again = {}, {}, held
  if held <= 0 then granted, texts, again = take_from_lanes(pace, horizon_us, tonumber(ARGV[5]), one_in) end
  for _, entry in ipairs(granted) do
    entry.state, entry.owner = 'l', ARGV[7]
    count_waiting(entry, -1)
    granted_count[entry.lane] = (granted_count[entry.lane] or 0) + 1
  end
  save_entries(granted)
  set_times(leased_key, granted, tonumber(ARGV[6]))
  pace.save()
  local hold_us = math.min(tonumber(ARGV[13]), hold_us_max)
  if hold_us > 0 and #granted > 0 then call('HSET', line .. ':pace', 'held_until', int(now_us + hold_us)) end
  local answer = {is_fresh(), next_time(again), again and held <= 0 and 1 or 0, pace.before_and_last()}
  for i, text in ipairs(texts) do answer[i + 5] = text end
  return answer
end

-- reserve line_us account_us horizon_us "us,us,..."... -> again_us, late_us, on_time, "slot,slot,..."...
-- Each argument is a message: the slots that its parts have in another pace. As many get slots here as begin within the
-- horizon; by how much the last of them is too late for that pace; how many from the front are not.
function operations.reserve()
  local horizon_us = tonumber(ARGV[4])
  local pace = open_pace(tonumber(ARGV[2]), tonumber(ARGV[3]), horizon_us)
  local answer = {0, 0, 0}
  for i = 5, #ARGV do
    local floors = {}
    for us in string.gmatch(ARGV[i], '-?%d+') do floors[#floors + 1] = now_us + us end
    local ahead = pace.next(floors[1]) - now_us
    if ahead > horizon_us then
      answer[1] = ahead - horizon_us
      break
    end
    answer[i - 1] = pace.follow(floors)
    answer[2] = pace.late()
    if answer[2] == 0 then answer[3] = i - 4 end
  end
  pace.save()
  return answer
end

-- move_last from_us to_us -> 1: the line's next slot follows the latter. 0: there are slots behind the former already, or
-- the latter is out of the pace's reach.
function operations.move_last()
  if ARGV[3] - ARGV[2] > pause_us_max or call('HGET', line .. ':pace', 'last') ~= ARGV[2] then return 0 end
  call('HSET', line .. ':pace', 'last', ARGV[3], 'held_until', 0)
  return 1
end

-- acknowledge id... -> how many were known
function operations.acknowledge()
  local ids = arguments_from(2)
  -- As a rule all of them are leased, and then there is nothing to look up: what the zset has is in state l.
  local leased = remove_many('ZREM', leased_key, ids)
  if leased == #ids then return remove_many('HDEL', known_key, ids) end
  local there, gone, delayed = 0, {}, {}
  for i, text in ipairs(look_up_texts(ids)) do
    local id = ids[i]
    if text and not gone[id] then
      gone[id] = true
      there = there + 1
      local state = string.sub(text, 1, 1)
      if state == 'w' then
        leave_in_list(parse(id, text))
      elseif state ~= 'l' then
        delayed[#delayed + 1] = id
      end
    end
  end
  call_many('ZREM', delayed_key, delayed)
  call_many('HDEL', known_key, ids)
  return there
end

-- withdraw id... -> a letter for each: w it is forgotten, l it is leased and stays, - it was not known
function operations.withdraw()
  local ids = arguments_from(2)
  local letters, seen, gone, delayed = {}, {}, {}, {}
  for i, entry in ipairs(look_up(ids)) do
    letters[i] = (not entry or seen[entry.id]) and '-' or entry.state == 'l' and 'l' or 'w'
    seen[ids[i]] = true
    if letters[i] == 'w' then
      gone[#gone + 1] = entry.id
      if entry.state == 'w' then leave_in_list(entry) else delayed[#delayed + 1] = entry.id end
    end
  end
  call_many('ZREM', delayed_key, delayed)
  call_many('HDEL', known_key, gone)
  return table.concat(letters)
end

-- give_back owner delay_ms id... -> how many were the owner's
function operations.give_back()
  local delay_ms = tonumber(ARGV[3])
  local mine, ids = leased_to(ARGV[2], arguments_from(4))
  call_many('ZREM', leased_key, ids)
  for _, entry in ipairs(mine) do entry.owner = '-' .. ARGV[2] end
  if delay_ms > 0 then
    for _, entry in ipairs(mine) do entry.state = 'r' end
    set_times(delayed_key, mine, delay_ms)
    save_entries(mine)
  else
    let_wait(mine, true)
  end
  return #mine
end

-- keep owner lease_ms (id lane parts club age_ms)... -> how many are the owner's
function operations.keep()
  local ids, new_entry = messages_from(4, 5)
  local mine, new, seen = {}, {}, {}
  for n, entry in ipairs(look_up(ids)) do
    if (not entry or entry.state ~= 'l') and not seen[ids[n]] then
      seen[ids[n]] = true
      if entry and entry.state == 'w' then leave_in_list(entry) end
      entry = entry or new_entry(n)
      entry.state, entry.owner = 'l', ARGV[2]
      new[#new + 1] = entry
    end
    if entry and entry.owner == ARGV[2] then mine[#mine + 1] = entry end
  end
  save_entries(new)
  set_times(leased_key, mine, tonumber(ARGV[3]))
  return #mine
end

-- govern paused_count paused... (club weight)... -> 1. All that is paused, and every weight that is not 1.
function operations.govern()
  local count = tonumber(ARGV[2])
  local before, after = {}, {}
  for _, what in ipairs(call('SMEMBERS', paused_key)) do before[what] = true end
  for i = 3, 2 + count do after[ARGV[i]] = true end
  local function each_ring(what, change)
    local club = string.match(what, '^club(%d+)$')
    if not club then return end
    for lane = 0, lane_last do change(ring_key(int(lane)), club, queue_key(int(lane), club)) end
  end
  for what in pairs(after) do
    if not before[what] then
      each_ring(what, function(ring, club) call('LREM', ring, 0, club) end)
      call('SADD', paused_key, what)
    end
  end
  for what in pairs(before) do
    if not after[what] then
      each_ring(what, function(ring, club, list)
        if call('EXISTS', list) == 1 then call('RPUSH', ring, club) end
      end)
      call('SREM', paused_key, what)
    end
  end
  call('DEL', weights_key)
  call_many('HSET', weights_key, arguments_from(3 + count), 2)
  return 1
end

-- penalise_line pause_ms, penalise_account pause_ms
function operations.penalise_line() penalise(line .. ':pace', tonumber(ARGV[2]) * 1000) end
function operations.penalise_account() penalise(account .. ':pace', tonumber(ARGV[2]) * 1000) end

-- begin_seed token -> the token that counts: whoever began first. finish_seed token -> 1: seeded, 0: do it again
function operations.begin_seed()
  call('SET', line .. ':seeding', ARGV[2], 'NX')
  return call('GET', line .. ':seeding')
end
function operations.finish_seed()
  if call('GET', line .. ':seeding') ~= ARGV[2] then return 0 end
  call('SET', line .. ':epoch', ARGV[2])
  return 1
end

-- depth clubs_max -> fresh, leased, delayed, (waiting, age_ms of the oldest, granted, waiting of paused clubs) for each lane
function operations.depth()
  local answer = {is_fresh(), call('ZCARD', leased_key), call('ZCARD', delayed_key)}
  local paused = {}
  for _, name in ipairs(call('SMEMBERS', paused_key)) do
    local club = string.match(name, '^club(%d+)$')
    if club and #paused < tonumber(ARGV[2]) then paused[#paused + 1] = club end
  end
  for lane = 0, lane_last do
    local oldest = now_ms
    for _, club in ipairs(call('LRANGE', ring_key(int(lane)), 0, tonumber(ARGV[2]) - 1)) do
      for _, entry in ipairs(look_up(call('LRANGE', queue_key(int(lane), club), 0, 0))) do
        if entry and entry.state == 'w' then oldest = math.min(oldest, tonumber(entry.since)) end
      end
    end
    -- Below 0 where the counts alone were lost, which they never are while Redis evicts nothing.
    answer[#answer + 1] = math.max(0, tonumber(call('HGET', counts_key, 'waiting' .. int(lane)) or 0))
    answer[#answer + 1] = math.max(0, now_ms - oldest)
    answer[#answer + 1] = tonumber(call('HGET', counts_key, 'granted' .. int(lane)) or 0)
    local stopped = 0
    for _, club in ipairs(paused) do
      local ghosts = tonumber(call('HGET', counts_key, ghosts_field(int(lane), club)) or 0)
      stopped = stopped + math.max(0, call('LLEN', queue_key(int(lane), club)) - ghosts)
    end
    answer[#answer + 1] = stopped
  end
  return answer
end

-- look id -> state (empty: not known), owner, ms for which it is still leased or delayed. Changes nothing.
function operations.look()
  local entry = look_up({ARGV[2]})[1]
  if not entry then return {'', '', 0} end
  local until_ms = entry.state ~= 'w' and call('ZSCORE', entry.state == 'l' and leased_key or delayed_key, entry.id)
  return {entry.state, entry.owner, tonumber(until_ms or now_ms) - now_ms}
end

local answer = operations[ARGV[1]]()
save_counts()
return answer
