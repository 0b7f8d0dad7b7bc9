# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0

# What examples/client.rb can do when another program loads it.
#   usage: ruby library_test.rb CLIENT PORT SILENT_PORT CA CERT KEY

require 'openssl' # Ruby's own TLS.

client, port, silent, *files = ARGV
require "./#{client}"
CA, CERT, KEY = files.map { |path| File.read(path) }
BODY = [*0..255].pack('C*') * 4096

def check(what, good) = good || abort("FAIL: #{what}")

def error(kind)
  yield
  abort "FAIL: no error of kind #{kind}"
rescue Airlock::Error => e
  check("#{e.message} is of kind #{kind}", e.message.start_with?("#{kind}: "))
end

def airlock(port, host = 'localhost')
  Airlock::HTTP.new(host, port, nil).tap do |http|
    http.ipaddr = '127.0.0.1'
    http.tls = { cadata: CA, certfile: CERT, keyfile: KEY }
  end
end

def openssl_works(port)
  http = Net::HTTP.new('localhost', port, nil)
  http.ipaddr = '127.0.0.1'
  http.use_ssl = true
  http.cert_store = OpenSSL::X509::Store.new
  http.cert_store.add_cert(OpenSSL::X509::Certificate.new(CA))
  http.cert = OpenSSL::X509::Certificate.new(CERT)
  http.key = OpenSSL::PKey.read(KEY)
  check('OpenSSL in the same process', http.get('/sized').body == BODY)
end

openssl_works(port)
airlock(port).start do |http|
  check('a large answer', http.get('/sized').body == BODY)
  peer = http.get('/peer').body
  answer = http.post('/echo', BODY).body
  check('a large request', answer == BODY)
  check('one of bytes', answer.encoding == Encoding::BINARY)
  check('a connection is used again', http.get('/last').body == peer)
  check('unless it is over', http.get('/gone').body != peer)
  http.instance_variable_get(:@socket).io.to_io.wait_readable
  check('be it silently', http.get('/peer').code == '200')
  check('one of unknown size', http.get('/unsized').body == BODY)
  check('after that, too', http.get('/sized').body == BODY)
end

error('Hostname') { airlock(port, 'example.test').get('/sized') }

# Ruby's own timeouts and threads go on while Airlock would have to wait.
slow = airlock(silent)
slow.open_timeout = 0.1
begin
  slow.get('/')
  abort 'FAIL: the silent server spoke'
rescue Net::OpenTimeout
  # As it should.
end
pair = Array.new(2) { Thread.new { airlock(port).get('/pair').body } }
check('two at once', pair.map(&:value) == %w[paired paired])

# Many, dropped without being closed, and one that is used when it is closed.
tcp = nil
20.times do
  tcp = TCPSocket.new('127.0.0.1', port)
  Airlock::Socket.new(tcp, cadata: CA, certfile: CERT, keyfile: KEY, server_hostname: 'localhost')
  GC.start
end
tls = Airlock::Socket.new(tcp, cadata: CA, server_hostname: 'localhost')
tls.close
tls.close
error('InvalidArgument') { tls.read_nonblock(1) }
error('InvalidArgument') { tls.write_nonblock('x') }
openssl_works(port)
puts 'PASSED'
