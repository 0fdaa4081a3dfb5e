-- Requests of many visitors in turn. One token a line in $TOKENS; what is asked is in $ASK.
local function lines_of(name)
  local found = {}
  for line in io.lines(os.getenv(name)) do
    found[#found + 1] = line
  end
  return found
end

local tokens = lines_of("TOKENS")
local bodies = lines_of("BODIES")
local ask = os.getenv("ASK")
local run = os.getenv("RUN")
local sent = 0

-- The body that belongs to another visitor than this one, and to another one in each round.
local function body_for(visitor)
  if #bodies == 1 then
    return bodies[1]
  end
  local round = math.floor(sent / #tokens)
  return bodies[(visitor + 1 + round % (#bodies - 1)) % #bodies + 1]
end

function request()
  sent = sent + 1
  local visitor = sent % #tokens
  local token = tokens[visitor + 1]
  if ask == "page" then
    return wrk.format("GET", nil, { Cookie = "__Host-session=" .. token })
  end
  return wrk.format("POST", nil, {
    ["Authorization"] = "Bearer " .. token,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = run .. "-" .. sent,
  }, body_for(visitor))
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\n",
    summary.requests, summary.duration, failed, latency:percentile(95), latency:percentile(99)))
end
