-- Copyright 2026 The Airlock Authors.
-- SPDX-License-Identifier: Apache-2.0

-- TLS over LuaSocket in LuaJIT, with only FFI. Each connection is a coroutine
-- that yields when it has to wait, so that the others continue.
--   usage: luajit client.lua HOST PORT[,PORT]... CA CERT KEY [none]
-- LIBAIRLOCK_H and LIBAIRLOCK set the paths of header and library.
local ffi, socket = require("ffi"), require("socket")
-- LuaJIT reads the header itself, without the preprocessor's lines.
local function read(path) return assert(io.open(path)):read("*a") end
ffi.cdef((read(os.getenv("LIBAIRLOCK_H") or "/usr/include/airlock.h")
  :gsub("\n#ifdef __cplusplus.-#endif", ""):gsub("\n#[^\n]*", "")
  :gsub("AIRLOCK_API", "")))
local C = ffi.load(os.getenv("LIBAIRLOCK") or "libairlock.so.1")

local function new(name) return ffi.new(name, {ffi.sizeof(name)}) end
local function text(bytes) return ffi.string(bytes.data, bytes.size) end
local Error = {__tostring = function(e) return e.kind .. ": " .. e.message end}
local out, done = ffi.new("airlock_error *[1]"), ffi.new("size_t[1]")
local function check(status) -- For a call whose last argument is `out`.
  if status >= 0 then return status end
  local info = new("airlock_error_info")
  C.airlock_error_get(out[0], info)
  local e = {kind = text(info.kind_name), message = text(info.message)}
  C.airlock_error_free(out[0])
  error(setmetatable(e, Error))
end
local runtime = ffi.new("airlock_runtime *[1]")
check(C.airlock_runtime_new(nil, runtime, out))

local Socket = {}
-- `options` has wrap_socket's own names; strings are the contents themselves.
local function wrap_socket(tcp, options)
  tcp:settimeout(0)
  local transport, given = new("airlock_transport"), new("airlock_wrap_options")
  transport.type, transport.fd = C.AIRLOCK_TRANSPORT_FD, tcp:getfd()
  given.do_handshake_on_connect, given.cert_reqs = C.AIRLOCK_NO, C.AIRLOCK_CERT_REQUIRED
  for name, value in pairs(options) do
    given[name] = type(value) == "string" and {value, #value} or value
  end
  local tls = ffi.new("airlock_socket *[1]")
  check(C.airlock_wrap_socket(runtime[0], transport, given, tls, out))
  local self = {tcp = tcp, tls = ffi.gc(tls[0], C.airlock_socket_free)}
  return setmetatable(self, {__index = Socket})
end
function Socket:go(call, bytes, size) -- Until it does not have to wait.
  local status = check(call(self.tls, bytes, size, done, out))
  if status == C.AIRLOCK_OK or status == C.AIRLOCK_CLOSED then return tonumber(done[0]) end
  coroutine.yield(self.tcp, status)
  return self:go(call, bytes, size)
end
function Socket:send(data) -- Shakes hands first if needed.
  while #data > 0 do data = data:sub(self:go(C.airlock_socket_write, data, #data) + 1) end
end
function Socket:receive() -- Available data; nil at the end.
  local into = ffi.new("char[16384]")
  local size = self:go(C.airlock_socket_read, into, 16384)
  return size > 0 and ffi.string(into, size) or nil
end
function Socket:close()
  self.tls = C.airlock_socket_free(ffi.gc(self.tls, nil)) -- nil, which is refused.
  self.tcp:close()
end

-- Runs coroutines concurrently until all have ended, and returns their errors.
local function run(threads)
  local errors = {}
  while true do
    local reads, writes, waiting = {}, {}, {}
    for _, thread in ipairs(threads) do
      local ok, tcp, wants = coroutine.resume(thread)
      if not ok then table.insert(errors, tcp) end
      if coroutine.status(thread) ~= "dead" then
        table.insert(waiting, thread)
        table.insert(wants == C.AIRLOCK_WANT_READ and reads or writes, tcp)
      end
    end
    if #waiting == 0 then return errors end
    socket.select(reads, writes)
    threads = waiting
  end
end

local host, ports, ca, cert, key, none = ...
if not ports then return {wrap_socket = wrap_socket, run = run} end -- As a module.
local options = {cadata = read(ca), certfile = read(cert), keyfile = read(key),
  server_hostname = host, cert_reqs = none and C.AIRLOCK_CERT_NONE or nil}
local threads = {}
for port in ports:gmatch("%d+") do
  table.insert(threads, coroutine.create(function()
    local tls = wrap_socket(assert(socket.connect("127.0.0.1", tonumber(port))), options)
    tls:send("GET / HTTP/1.0\r\n\r\n")
    local answer = {}
    for part in tls.receive, tls do table.insert(answer, part) end
    print((table.concat(answer):gsub("^.-\r\n\r\n", "")))
  end))
end
for _, first in ipairs(run(threads)) do error(first) end
