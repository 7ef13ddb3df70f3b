-- USSD dialogs; what they promise is told in dialogs.hpp.
--
-- KEYS[1] is carrier and phone, the other keys are it and a suffix:
--   :open:<code>        string  the session that is open for this code
--   :session:<session>  hash    name, code, state, step, mark, sequence, counts, told, over, refused, at_ms
-- Both live as long as the network keeps a dialog. A session whose code is open for another session is over.
--
-- ARGV: operation, session, ...

local call = redis.call
local session_key = KEYS[1] .. ':session:' .. ARGV[2]
local function open_key(code) return KEYS[1] .. ':open:' .. code end

local function now_ms()
  local time = call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function read(...)
  return call('HMGET', session_key, ...)
end

-- Forgets that this session is the open one of its code, if it is.
local function shut(code)
  if code and code ~= '' and call('GET', open_key(code)) == ARGV[2] then call('DEL', open_key(code)) end
end

local operations = {}

-- begin session name code mark sequence ttl_ms told_ms untold_ms
--   -> 0, the state of the dialog that ends; or, for a redelivery, 1, its name, its step
function operations.begin()
  local name, code, mark, sequence, ttl_ms = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
  local now = now_ms()
  local saved = read('mark', 'step', 'at_ms', 'told', 'name', 'code')
  if saved[1] == mark and saved[6] == code then
    local age_ms = now - tonumber(saved[3])
    local again_ms = tonumber(saved[4] == '1' and ARGV[8] or ARGV[9])
    if saved[2] == '0' or age_ms < again_ms then return {1, saved[5], tonumber(saved[2])} end
  end
  local left = ''
  local old = call('GET', open_key(code))
  if old then
    left = call('HGET', KEYS[1] .. ':session:' .. old, 'state') or ''
    call('DEL', KEYS[1] .. ':session:' .. old)
  end
  shut(saved[6])  -- the network uses a session id anew, for another code
  call('DEL', session_key)
  call('HSET', session_key, 'name', name, 'code', code, 'state', '', 'step', 0, 'mark', mark, 'sequence', sequence,
       'counts', 0, 'told', 0, 'over', 0, 'at_ms', now)
  call('PEXPIRE', session_key, ttl_ms)
  call('SET', open_key(code), ARGV[2], 'PX', ttl_ms)
  return {0, left}
end

-- get session -> name, code, state, mark, step, counts, told, over, age_ms, sequence; or nil
function operations.get()
  local saved = read('name', 'code', 'state', 'mark', 'step', 'counts', 'told', 'over', 'at_ms', 'sequence')
  if not saved[1] then return false end
  return {saved[1], saved[2], saved[3], saved[4], tonumber(saved[5]), tonumber(saved[6]), tonumber(saved[7]),
          tonumber(saved[8]), math.max(0, now_ms() - tonumber(saved[9])), tonumber(saved[10])}
end

-- set session name step state over mark sequence ttl_ms -> 1: saved as step + 1; 0: gone, over, or at another step
function operations.set()
  local saved = read('name', 'step', 'over', 'code', 'sequence', 'counts')
  if saved[1] ~= ARGV[3] or saved[2] ~= ARGV[4] or saved[3] ~= '0' then return 0 end
  local counts = (saved[6] == '1' or (saved[2] ~= '0' and saved[5] ~= ARGV[8])) and 1 or 0
  call('HSET', session_key, 'state', ARGV[5], 'step', tonumber(ARGV[4]) + 1, 'over', ARGV[6], 'mark', ARGV[7],
       'sequence', ARGV[8], 'counts', counts, 'told', 0, 'at_ms', now_ms())
  call('PEXPIRE', session_key, ARGV[9])
  if ARGV[6] == '1' then
    shut(saved[4])
  else
    call('SET', open_key(saved[4]), ARGV[2], 'PX', ARGV[9])
  end
  return 1
end

-- told session name step -> 1: noted; 0: another dialog, or another step
function operations.told()
  local saved = read('name', 'step')
  if saved[1] ~= ARGV[3] or saved[2] ~= ARGV[4] then return 0 end
  call('HSET', session_key, 'told', 1)
  return 1
end

-- close session -> 1: it was open
function operations.close()
  local saved = read('over', 'code')
  if not saved[1] then return 0 end
  call('HSET', session_key, 'over', 1, 'state', '', 'mark', '')
  shut(saved[2])
  return saved[1] == '0' and 1 or 0
end

-- refuse session ttl_ms -> 1: for the first time
function operations.refuse()
  local saved = read('over', 'refused')
  if saved[1] then
    if saved[1] == '0' or saved[2] then return 0 end
    call('HSET', session_key, 'refused', 1)
    return 1
  end
  call('HSET', session_key, 'name', '', 'code', '', 'state', '', 'step', 0, 'mark', '', 'sequence', 0, 'counts', 0,
       'told', 0, 'over', 1, 'refused', 1, 'at_ms', now_ms())
  call('PEXPIRE', session_key, ARGV[3])
  return 1
end

return operations[ARGV[1]]()
