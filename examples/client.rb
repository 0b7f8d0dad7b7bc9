# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0

# Net::HTTP over Airlock, by Fiddle alone.
#   usage: ruby client.rb HOST PORT CA CERT KEY [none]
# AIRLOCK_LIB says where the library is, if elsewhere.

require 'fiddle'
require 'net/http'
require 'socket'

# The C interface, its structs packed: Q is a pointer or size_t, l an int32_t.
module Airlock
  LIBRARY = Fiddle.dlopen(ENV['AIRLOCK_LIB'] || 'libairlock.so.1')
  FD = 1
  CERT_NONE = 1
  CERT_REQUIRED = 3
  CLOSED = 3

  # What went wrong; the message is Airlock's, whole.
  Error = Class.new(StandardError)

  def self.function(name, arguments)
    Fiddle::Function.new(LIBRARY["airlock_#{name}"],
                         [Fiddle::TYPE_VOIDP] * arguments, Fiddle::TYPE_INT)
  end

  # Calls airlock_NAME, whose last argument is where an error goes.
  def self.call(name, *arguments)
    error = "\0" * 8
    status = function(name, arguments.size + 1).call(*arguments, error)
    return status if status >= 0

    info = [64].pack('Qx56') # So much of the struct as is needed here.
    function(:error_get, 2).call(error.unpack1('Q'), info)
    kind, message = info.unpack('x32Q4').each_slice(2).map do |data, size|
      Fiddle::Pointer.new(data)[0, size]
    end
    function(:error_free, 1).call(error.unpack1('Q'))
    raise Error, "#{kind}: #{message}"
  end

  def self.bytes(text) = [Fiddle::Pointer[text].to_i, text.bytesize]

  def self.runtime
    @runtime ||= ("\0" * 8).tap { |out| call(:runtime_new, nil, out) }.unpack1('Q')
  end

  # A TLS socket with as much of an IO as Net::HTTP wants.
  class Socket
    def initialize(tcp, keyfile:, certfile:, cadata:, server_hostname:,
                   cert_reqs: CERT_REQUIRED)
      @tcp = tcp # Which stays the owner of the descriptor.
      transport = [64, FD, tcp.fileno, 0, 0, -1].pack('Ql4qx32')
      options = [152, *Airlock.bytes(keyfile), *Airlock.bytes(certfile), cert_reqs,
                 *Airlock.bytes(cadata), *Airlock.bytes(server_hostname)]
                .pack('Q5x16x4lx16x8x16Q2x16Q2')
      Airlock.call(:wrap_socket, Airlock.runtime, transport, options, out = "\0" * 8)
      @tls = out.unpack1('Q')
    end

    def read_nonblock(size, buffer = +'', **)
      buffer.replace("\0" * size)
      return if Airlock.call(:socket_read, @tls, buffer, size, done = "\0" * 8) == CLOSED

      buffer.replace(buffer.byteslice(0, done.unpack1('Q')))
    end

    def write_nonblock(data, **)
      Airlock.call(:socket_write, @tls, data, data.bytesize, done = "\0" * 8)
      done.unpack1('Q')
    end

    def closed? = @tcp.closed?

    def close
      return if closed?

      Airlock.function(:socket_free, 1).call(@tls)
      @tcp.close
    end
  end
end

host, port, *files = ARGV[0, 5]
ca, cert, key = files.map { |path| File.read(path) }
begin
  tls = Airlock::Socket.new(
    TCPSocket.new('127.0.0.1', port), cadata: ca, certfile: cert, keyfile: key,
    server_hostname: host, cert_reqs: ARGV[5] ? Airlock::CERT_NONE : Airlock::CERT_REQUIRED
  )
  http = Net::HTTP.new(host)
  http.define_singleton_method(:connect) { @socket = Net::BufferedIO.new(tls) }
  puts http.get('/').body
rescue Airlock::Error => e
  abort e.message
end
