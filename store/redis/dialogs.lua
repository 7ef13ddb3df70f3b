-- USSD dialogs; what they promise is told in dialogs.hpp.
--
-- KEYS[1] is carrier and phone, the other keys are it and a suffix:
--   :open:<code>        string  the session that is open for this code
--   :session:<session>  hash    code, state, step
-- Both live as long as the network keeps a dialog. A session whose code is open for another session is over.
--
-- ARGV: operation, session, ...

local call = redis.call
local session_key = KEYS[1] .. ':session:' .. ARGV[2]
local function open_key(code) return KEYS[1] .. ':open:' .. code end

local operations = {}

-- begin session code ttl_ms -> the state of the dialog that ends, or nil
function operations.begin()
  local code, ttl_ms = ARGV[3], ARGV[4]
  local old = call('GET', open_key(code))
  local left = false
  if old then
    left = call('HGET', KEYS[1] .. ':session:' .. old, 'state')
    call('DEL', KEYS[1] .. ':session:' .. old)
  end
  -- The network may use a session id anew for another code.
  local other = call('HGET', session_key, 'code')
  if other then call('DEL', open_key(other), session_key) end
  call('HSET', session_key, 'code', code, 'state', '', 'step', 0)
  call('PEXPIRE', session_key, ttl_ms)
  call('SET', open_key(code), ARGV[2], 'PX', ttl_ms)
  return left
end

-- get session -> state, code, step; or nil
function operations.get()
  local saved = call('HMGET', session_key, 'state', 'code', 'step')
  if not saved[1] then return false end
  return {saved[1], saved[2], tonumber(saved[3])}
end

-- set session state step ttl_ms -> 1: saved as step + 1, 0: gone, or at another step
function operations.set()
  local saved = call('HMGET', session_key, 'step', 'code')
  if saved[1] ~= ARGV[4] then return 0 end
  call('HSET', session_key, 'state', ARGV[3])
  call('HINCRBY', session_key, 'step', 1)
  call('PEXPIRE', session_key, ARGV[5])
  call('SET', open_key(saved[2]), ARGV[2], 'PX', ARGV[5])
  return 1
end

-- erase session
function operations.erase()
  local code = call('HGET', session_key, 'code')
  if code then call('DEL', open_key(code), session_key) end
  return 1
end

return operations[ARGV[1]]()
