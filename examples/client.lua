-- Copyright 2026 The Airlock Authors.
-- SPDX-License-Identifier: Apache-2.0

-- TLS over LuaSocket in LuaJIT, by FFI alone. Each connection is a coroutine
-- that yields while it would have to wait.
--   usage: luajit client.lua HOST PORT CA CERT KEY [none]
-- AIRLOCK_H and AIRLOCK_LIB say where header and library are, if elsewhere.

local ffi, socket = require("ffi"), require("socket")

-- LuaJIT reads the header itself, without what is the preprocessor's.
local function read(path) return assert(io.open(path)):read("*a") end
ffi.cdef((read(os.getenv("AIRLOCK_H") or "/usr/include/airlock.h")
  :gsub("\n#ifdef __cplusplus.-#endif", ""):gsub("\n#[^\n]*", "")
  :gsub("AIRLOCK_API", "")))
local C = ffi.load(os.getenv("AIRLOCK_LIB") or "libairlock.so.1")

local function new(name) return ffi.new(name, {ffi.sizeof(name)}) end
local function text(bytes) return ffi.string(bytes.data, bytes.size) end
local Error = {__tostring = function(e) return e.kind .. ": " .. e.message end}
local function call(name, ...)
  local out = ffi.new("airlock_error *[1]")
  local args, n = {...}, select("#", ...) + 1
  args[n] = out
  local status = C["airlock_" .. name](unpack(args, 1, n))
  if status >= 0 then return status end
  local info = new("airlock_error_info")
  C.airlock_error_get(out[0], info)
  local e = {kind = text(info.kind_name), message = text(info.message)}
  C.airlock_error_free(out[0])
  error(setmetatable(e, Error))
end

local runtime = ffi.new("airlock_runtime *[1]")
call("runtime_new", nil, runtime)

local Socket = {}
Socket.__index = Socket

-- `options` has wrap_socket's own names; strings are the contents themselves.
local function wrap_socket(tcp, options)
  tcp:settimeout(0)
  local transport, given = new("airlock_transport"), new("airlock_wrap_options")
  transport.type, transport.fd = C.AIRLOCK_TRANSPORT_FD, tcp:getfd()
  given.do_handshake_on_connect = C.AIRLOCK_NO -- Reading does it.
  for name, value in pairs(options) do
    if type(value) == "string" then value = {value, #value} end
    given[name] = value
  end
  local tls = ffi.new("airlock_socket *[1]")
  call("wrap_socket", runtime[0], transport, given, tls)
  tls = ffi.gc(tls[0], C.airlock_socket_free)
  return setmetatable({tcp = tcp, tls = tls}, Socket)
end

-- Repeats a call until it need not wait.
function Socket:go(name, ...)
  while true do
    local status = call("socket_" .. name, self.tls, ...)
    if status == C.AIRLOCK_OK or status == C.AIRLOCK_CLOSED then return status end
    coroutine.yield(self.tcp, status)
  end
end

function Socket:send(data)
  local done = ffi.new("size_t[1]")
  while #data > 0 do
    self:go("write", data, #data, done)
    data = data:sub(tonumber(done[0]) + 1)
  end
end

function Socket:receive()
  local buffer, done = ffi.new("char[16384]"), ffi.new("size_t[1]")
  if self:go("read", buffer, 16384, done) == C.AIRLOCK_CLOSED then return nil end
  return ffi.string(buffer, done[0])
end

local host, port, ca, cert, key, none = unpack(arg)
local thread = coroutine.create(function()
  local tls = wrap_socket(assert(socket.connect("127.0.0.1", tonumber(port))), {
    cadata = read(ca), certfile = read(cert), keyfile = read(key),
    server_hostname = host,
    cert_reqs = none and C.AIRLOCK_CERT_NONE or C.AIRLOCK_CERT_REQUIRED})
  tls:send("GET / HTTP/1.0\r\n\r\n")
  local answer = ""
  for part in function() return tls:receive() end do answer = answer .. part end
  print((answer:gsub("^.-\r\n\r\n", "")))
end)
repeat -- The scheduler; here there is one coroutine.
  local ok, tcp, wants = coroutine.resume(thread)
  if not ok then io.stderr:write(tostring(tcp), "\n") os.exit(1) end
  if tcp then
    socket.select(wants == C.AIRLOCK_WANT_READ and {tcp} or nil,
                  wants == C.AIRLOCK_WANT_WRITE and {tcp} or nil)
  end
until coroutine.status(thread) == "dead"
