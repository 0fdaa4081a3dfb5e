-- Requests of many visitors in turn. One token a line in $TOKENS; what is asked is in $ASK.
local tokens = {}
for line in io.lines(os.getenv("TOKENS")) do
  tokens[#tokens + 1] = line
end
local ask = os.getenv("ASK")
local body = os.getenv("BODY")
local run = os.getenv("RUN")
local sent = 0

function request()
  sent = sent + 1
  local token = tokens[sent % #tokens + 1]
  if ask == "page" then
    return wrk.format("GET", nil, { Cookie = "__Host-session=" .. token })
  end
  return wrk.format("POST", nil, {
    ["Authorization"] = "Bearer " .. token,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = run .. "-" .. sent,
  }, body)
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("RESULT %d %d %d %d\n",
    summary.requests, summary.duration, failed, latency:percentile(95)))
end
