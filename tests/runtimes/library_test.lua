-- Copyright 2026 The Airlock Authors.
-- SPDX-License-Identifier: Apache-2.0

-- What examples/client.lua can do when another program loads it.
--   usage: luajit library_test.lua CLIENT PORT SILENT_PORT CA CERT KEY

local client, port, silent, ca, cert, key = ...
local socket = require("socket")
local airlock = assert(loadfile(client))()

local function read(path) return assert(io.open(path)):read("*a") end
local options = {cadata = read(ca), certfile = read(cert), keyfile = read(key),
  server_hostname = "localhost"}
local body = {}
for byte = 0, 255 do body[byte + 1] = string.char(byte) end
body = table.concat(body):rep(4096)

local function connect(to)
  return airlock.wrap_socket(assert(socket.connect("127.0.0.1", to)), options)
end

-- What a server answers, less its headers; then `tls` is over.
local function fetch(request, tls)
  tls = tls or connect(port)
  tls:send(request)
  local answer = {}
  for part in tls.receive, tls do table.insert(answer, part) end
  assert(tls:receive() == nil, "the end is not seen")
  tls:close()
  return (table.concat(answer):gsub("^.-\r\n\r\n", ""))
end

-- Runs functions at once; errors are the test's.
local function run(...)
  local threads = {}
  for _, f in ipairs({...}) do table.insert(threads, coroutine.create(f)) end
  for _, e in ipairs(airlock.run(threads)) do error(e) end
end

local function echo()
  local request = "POST /echo HTTP/1.0\r\nContent-Length: " .. #body .. "\r\n\r\n"
  assert(fetch(request .. body) == body, "a large request")
end
local function get(path)
  return function()
    assert(fetch("GET " .. path .. " HTTP/1.0\r\n\r\n") == body, path)
  end
end
run(echo, get("/sized"), get("/unsized"), echo)
assert(not pcall(run, get("/cut")), "what is cut off is an error")

-- Each is answered only when the other has asked, too.
local function pair()
  assert(fetch("GET /pair HTTP/1.0\r\n\r\n") == "paired", "a pair")
end
run(pair, pair)

-- Nor does one that waits for a silent server hold up others.
local quiet = connect(silent)
local done = 0
local silent_thread = coroutine.create(function() quiet:receive() end)
local function stop() -- As the last of the others is done.
  done = done + 1
  if done == 2 then quiet.tcp:shutdown("both") end
end
local errors = airlock.run({
  silent_thread,
  coroutine.create(function() pair() stop() end),
  coroutine.create(function() pair() stop() end),
})
assert(done == 2, "others were held up")
assert(#errors == 1 and errors[1].kind == "UnexpectedEof", "the silent one ended")

-- One that fails ends for itself.
errors = airlock.run({
  coroutine.create(function()
    local tcp = assert(socket.connect("127.0.0.1", port))
    airlock.wrap_socket(tcp, {cadata = read(ca), server_hostname = "example.test"}):send("x")
  end),
  coroutine.create(echo),
})
assert(#errors == 1 and errors[1].kind == "Hostname", tostring(errors[1]))

-- What is closed is not used, and what is dropped is freed.
local closed = connect(port)
closed:close()
local ok, e = pcall(closed.receive, closed)
assert(not ok and e.kind == "InvalidArgument", tostring(e))
for _ = 1, 20 do
  connect(port)
  collectgarbage()
end
print("PASSED")
