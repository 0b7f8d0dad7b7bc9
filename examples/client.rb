# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0

# Net::HTTP over Airlock, with only Fiddle.
#   usage: [LIBAIRLOCK=libairlock.so.1] ruby client.rb HOST PORT CA CERT KEY [none]
require 'fiddle'
require 'net/http'

# The C interface, its structs packed: Q is a pointer or size_t, l an int32_t.
module Airlock
  LIBRARY = Fiddle.dlopen(ENV['LIBAIRLOCK'] || 'libairlock.so.1')
  FD = CERT_REQUIRED = 1
  NO = 64
  CERT_NONE = 32
  WAIT_NEVER = -2
  WANTS = { 1 => :wait_readable, 2 => :wait_writable }.freeze # Ruby's names.
  Error = Class.new(StandardError) # With Airlock's whole message.

  def self.function(name, arguments)
    Fiddle::Function.new(LIBRARY["airlock_#{name}"],
                         [Fiddle::TYPE_VOIDP] * arguments, Fiddle::TYPE_INT)
  end

  # Calls airlock_NAME, whose last argument receives an error.
  def self.call(name, *arguments)
    error = "\0" * 8
    status = function(name, arguments.size + 1).call(*arguments, error)
    return status if status >= 0
    info = [64].pack('Qx56') # The part of the struct that is needed here.
    function(:error_get, 2).call(error.unpack1('Q'), info)
    texts = info.unpack('x32Q4').each_slice(2)
                .map { |data, size| Fiddle::Pointer.new(data)[0, size] }
    function(:error_free, 1).call(error.unpack1('Q'))
    raise Error, texts.join(': ').force_encoding('UTF-8')
  end

  def self.bytes(text) = text ? [Fiddle::Pointer[text].to_i, text.bytesize] : [0, 0]

  RUNTIME = ("\0" * 8).tap { |out| call(:runtime_new, nil, out) }.unpack1('Q')

  # A TLS socket with the part of IO that Net::HTTP needs.
  class Socket
    attr_reader :to_io # The TCP socket, which keeps the descriptor.

    # Options have Python's names; keys and certificates are strings.
    def initialize(tcp, cert_reqs: CERT_REQUIRED, **options)
      @to_io = tcp
      names = %i[keyfile certfile cadata server_hostname]
      key, cert, ca, host = options.values_at(*names).map { |text| Airlock.bytes(text) }
      transport = [64, FD, tcp.fileno, 0, 0, WAIT_NEVER].pack('Ql4qx32')
      given = [152, *key, *cert, cert_reqs, NO, *ca, *host].pack('Q5x20lx4lx32Q2x16Q2')
      Airlock.call(:wrap_socket, RUNTIME, transport, given, out = "\0" * 8)
      @tls = Fiddle::Pointer.new(out.unpack1('Q'), 0, LIBRARY['airlock_socket_free'])
    end

    def connect_nonblock(**) = WANTS.fetch(Airlock.call(:socket_handshake, @tls), self)

    def read_nonblock(size, buffer = nil, **)
      part = "\0".b * size
      status = Airlock.call(:socket_read, @tls, part, size, done = "\0" * 8)
      return WANTS[status] unless status.zero? # nil: closed.
      (buffer || ''.b).replace(part.byteslice(0, done.unpack1('Q')))
    end

    def write_nonblock(data, **)
      status = Airlock.call(:socket_write, @tls, data, data.bytesize, done = "\0" * 8)
      WANTS.fetch(status) { done.unpack1('Q') }
    end

    # Called between requests, when any readable data means that it is closed.
    def eof? = read_nonblock(1) != :wait_readable

    def closed? = @to_io.closed?

    def close
      @tls&.call_free
      @tls = nil # Airlock refuses nil.
      @to_io.close
    end
  end

  class HTTP < Net::HTTP # Connects like Net::HTTP for https.
    attr_accessor :tls # Socket.new's options.

    private def connect
      tcp = ::Socket.tcp(conn_address, port, connect_timeout: open_timeout)
      socket = Socket.new(tcp, server_hostname: address, **tls)
      ssl_socket_connect(socket, open_timeout)
      @socket = Net::BufferedIO.new(socket, read_timeout:, write_timeout:)
    end
  end
end
return if $PROGRAM_NAME != __FILE__ # The code above is a library, too.
ca, cert, key = ARGV[2, 3].map { |path| File.read(path) }
http = Airlock::HTTP.new(ARGV[0], ARGV[1], nil)
http.ipaddr = '127.0.0.1'
http.tls = { cadata: ca, certfile: cert, keyfile: key,
             cert_reqs: ARGV[5] ? Airlock::CERT_NONE : Airlock::CERT_REQUIRED }
puts http.get('/').body
