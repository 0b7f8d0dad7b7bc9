# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""How a connection uses its socket and buffers.

usage: PYTHON socket_test.py CERTS CLOCK     (the folder of testdata's
certificates, and the library of jumping_clock.c)
"""
import array
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

from connections import (PYTHON2, SECONDS, Task, TlsTest, c_socket,
                         client_context, server_context, socket_pair)

CLOCK = os.path.abspath(sys.argv.pop(1))
Timeout = ssl.SSLError if PYTHON2 else socket.timeout


def raises():
    raise ZeroDivisionError


def overriding(**methods):
    """A class whose methods say something else than the socket itself."""
    return type('Overriding', (ssl.SSLSocket,), dict(
        (name, (lambda value: lambda self, *_: value())(value))
        for name, value in methods.items()))


OVERRIDES = {
    'gettimeout': [lambda: None, lambda: 0, lambda: 0.0, lambda: 99.0,
                   lambda: -1, lambda: 'long', raises],
    'fileno': [lambda: None, lambda: -1, lambda: 0, lambda: 999999,
               lambda: 'one', raises],
}


@unittest.skipUnless(sys.version_info >= (3, 7), 'has no sslsocket_class')
class OverriddenMethodTest(TlsTest):

    def each_override(self):
        for name, values in OVERRIDES.items():
            for value in values:
                yield overriding(**{name: value})

    def wrap(self, cls):
        near, far = socket_pair()
        self.addCleanup(near.close)
        self.addCleanup(far.close)
        far.settimeout(SECONDS)
        context = client_context()
        context.sslsocket_class = cls
        connection = context.wrap_socket(near, server_hostname='localhost',
                                         do_handshake_on_connect=False)
        self.addCleanup(socket.socket.close, connection)
        return connection, far

    def test_nonblocking_sockets_never_block(self):
        for cls in self.each_override():
            connection, _ = self.wrap(cls)
            socket.socket.settimeout(connection, 0.0)
            for _ in range(2):
                with self.assertRaises(ssl.SSLWantReadError):
                    connection._sslobj.do_handshake()
            with self.assertRaises(ssl.SSLWantReadError):
                connection._sslobj.read(1)
            with self.assertRaises(ssl.SSLWantReadError):
                connection._sslobj.write(b'x')

    def test_its_own_timeout_applies(self):
        for cls in self.each_override():
            connection, _ = self.wrap(cls)
            socket.socket.settimeout(connection, 0.01)
            with self.assertRaises(Timeout):
                connection._sslobj.do_handshake()

    def test_blocks_where_it_has_no_timeout(self):
        for cls in self.each_override():
            connection, far = self.wrap(cls)
            socket.socket.settimeout(connection, None)
            accepting = threading.Thread(
                target=lambda: server_context().wrap_socket(
                    far, server_side=True).close())
            accepting.start()
            connection._sslobj.do_handshake()
            accepting.join()

    def test_closed_below(self):
        connection, _ = self.wrap(overriding(fileno=lambda: 1))
        inner = connection._sslobj
        os.close(socket.socket.detach(connection))
        with self.assertRaises(ssl.SSLError):
            inner.do_handshake()


class NotASocketTest(TlsTest):

    class Duck(object):

        def __init__(self, real):
            self.fileno = real.fileno
            self.gettimeout = real.gettimeout

    def test_is_refused(self):
        context = client_context()
        for thing in (self.Duck(self.near), None, 3, 'socket', object()):
            with self.assertRaises(TypeError):
                context._wrap_socket(thing, False, 'localhost')

    def test_a_socket_alone_suffices(self):
        raw = c_socket(self.near)
        connection = client_context()._wrap_socket(raw, False, 'localhost')
        raw.settimeout(0.0)
        with self.assertRaises(ssl.SSLWantReadError):
            connection.do_handshake()

    def test_survives_a_module_that_was_patched(self):
        import _socket
        original = _socket.socket
        _socket.socket = self.Duck
        try:
            raw = c_socket(self.near)
            raw.settimeout(0.0)
            connection = client_context()._wrap_socket(raw, False, 'localhost')
            with self.assertRaises(ssl.SSLWantReadError):
                connection.do_handshake()
        finally:
            _socket.socket = original


class TimeoutTest(TlsTest):

    def wait(self, seconds):
        connection = client_context().wrap_socket(
            self.near, server_hostname='localhost',
            do_handshake_on_connect=False)
        self.addCleanup(connection.close)
        connection.settimeout(seconds)
        connection.do_handshake()

    def test_tiny(self):
        with self.assertRaises(Timeout):
            self.wait(1e-9)

    def test_huge(self):
        # The longest that each version takes; the connection is then used.
        for seconds in (1e300, 1e18, 9e9, 1e9, 3e6):
            client, server = self.connect()
            try:
                client.settimeout(seconds)
            except OverflowError:
                seconds = None
            if seconds is not None:
                answer = threading.Timer(0.05, server.sendall, (b'words',))
                answer.start()
                self.assertEqual(client.recv(5), b'words')
                answer.join()
            client.close()
            server.close()
            self.setUp()

    def test_not_a_number(self):
        try:
            self.near.settimeout(float('nan'))
        except ValueError:
            return  # From Python 3.5 onwards.
        self.near.settimeout(None)
        with self.assertRaises(ssl.SSLWantReadError):
            self.wait(float('nan'))

    def test_slow_data_has_one_deadline(self):
        client, server = self.connect()
        client.settimeout(0.3)
        ended = threading.Event()

        def drip():
            # The start of a record that never ends.
            raw = c_socket(server)
            data = b'\x17\x03\x03\x40\x00' + b'x' * 4000
            for i in range(len(data)):
                try:
                    os.write(raw.fileno(), data[i:i + 1])
                except OSError:
                    return
                if ended.wait(0.01):
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        start = time.time()
        with self.assertRaises(Timeout):
            client.recv(1)
        ended.set()
        dripping.join()
        self.assertLess(time.time() - start, SECONDS / 2)

    def test_a_send_continues_where_its_timeout_ended_it(self):
        client, server = self.connect()
        # Far more than the sockets' buffers.
        data = b''.join(b'%d\n' % i for i in range(400000))

        def receive():
            received, more = b'', True
            while more and len(received) < len(data) + 4:
                more = server.recv(65536)
                received += more
            return received

        client.settimeout(0.05)
        for _ in range(2):
            with self.assertRaises(Timeout):
                client.send(data)
        # As with OpenSSL, it has to be repeated.
        for size in (0, 5, 16384):
            with self.assertRaises(ssl.SSLError) as caught:
                client._sslobj.write(data[:size])
            self.assertEqual(caught.exception.reason, 'BAD_LENGTH')
        client.settimeout(SECONDS)
        reading = Task(receive)
        self.assertEqual(client.send(data), len(data))
        client.sendall(b'next')
        self.assertTrue(reading.result() == data + b'next')

    def test_a_send_of_one_record_has_to_be_repeated_whole(self):
        client, server = self.connect()
        client.settimeout(0.05)
        sent = 0
        with self.assertRaises(Timeout):
            while True:
                sent += client.send(b'x' * 1000)
        with self.assertRaises(ssl.SSLError) as caught:
            client._sslobj.write(b'x' * 999)
        self.assertEqual(caught.exception.reason, 'BAD_LENGTH')
        client.settimeout(SECONDS)

        def receive():
            received = 0
            while received < sent + 1000:
                received += len(server.recv(65536))
            return received

        reading = Task(receive)
        self.assertEqual(client.send(b'x' * 1000), 1000)
        self.assertEqual(reading.result(), sent + 1000)


class JumpingClockTest(unittest.TestCase):
    """The wall clock is set while connections wait."""

    CODE = '''
import socket, ssl, sys, threading, time
assert abs(time.time() - time.time()) > 1000
pair = socket.socketpair()
if sys.version_info[0] == 2:
    pair = [socket.socket(_sock=end) for end in pair]
near, far = pair
near.settimeout(float(sys.argv[1]))
if sys.argv[2] == 'answer':
    threading.Thread(target=lambda: far.recv(1) and far.sendall(
        b'HTTP/1.1 400 Bad Request')).start()
context = ssl.create_default_context()
try:
    context.wrap_socket(near, server_hostname='localhost')
except (ssl.SSLError, socket.timeout) as error:
    print('timed out' if 'timed out' in str(error) else 'failed')
'''

    def run_with_jumps(self, jump, timeout, answer):
        environment = dict(os.environ, JUMP=str(jump))
        environment['LD_PRELOAD'] = ':'.join(
            path for path in (os.environ.get('LD_PRELOAD'), CLOCK) if path)
        process = subprocess.Popen(
            [sys.executable, '-c', self.CODE, str(timeout), answer],
            env=environment, stdout=subprocess.PIPE)
        killer = threading.Timer(SECONDS, process.kill)
        killer.start()
        output = process.communicate()[0]
        killer.cancel()
        return output.decode().strip()

    def test_forward(self):
        self.assertEqual(self.run_with_jumps(10000, SECONDS, 'answer'),
                         'failed')

    def test_back(self):
        self.assertEqual(self.run_with_jumps(-10000, 0.1, 'none'), 'timed out')


class ReadBufferTest(TlsTest):

    def setUp(self):
        super(ReadBufferTest, self).setUp()
        self.client, self.server = self.connect()

    def test_unwritable_buffers_are_type_errors(self):
        self.client.sendall(b'words')
        buffers = [b'12345678', memoryview(b'12345678'), u'text', 7, object(),
                   [1, 2]]
        if sys.version_info[:2] != (3, 6):  # Its ssl.py treats it as none.
            buffers.append(None)
        if not PYTHON2:  # It has no such views.
            buffers.append(memoryview(bytearray(8))[::2])
        for size in (0, 1, 4):
            for buffer in buffers:
                with self.assertRaises(TypeError):
                    self.server._sslobj.read(size, buffer)
        self.assertEqual(self.server.recv(10), b'words')

    def test_other_formats(self):
        self.client.sendall(b'01234567')
        into = array.array('I', [0, 0])
        view = into if PYTHON2 else memoryview(into)
        self.assertEqual(self.server._sslobj.read(0, view), 8)
        words = into.tostring() if PYTHON2 else into.tobytes()
        self.assertEqual(words, b'01234567')

    def test_sizes(self):
        self.client.sendall(b'0123456789')
        read = self.server._sslobj.read
        into = bytearray(4)
        self.assertEqual(read(0), b'')
        self.assertEqual(read(0, bytearray()), 0)
        self.assertEqual(read(-1, bytearray()), 0)
        with self.assertRaises(ValueError):
            read(-1)
        self.assertEqual(read(2, into), 2)
        self.assertEqual(bytes(into), b'01\0\0')
        self.assertEqual(read(-5, into), 4)
        self.assertEqual(read(99, into), 4)
        self.assertEqual(bytes(into), b'6789')

    def test_counts_are_of_the_type_int(self):
        for size in (1, 5):
            sent = self.client._sslobj.write(b'x' * size)
            self.assertEqual((type(sent), sent), (int, size))
            self.assertEqual(self.server._sslobj.read(1), b'x')
            left = self.server._sslobj.pending()
            self.assertEqual((type(left), left), (int, size - 1))
            self.server._sslobj.read(size - 1)

    def test_is_released(self):
        into = bytearray(4)
        for wrong in (b'x', u'x'):
            with self.assertRaises(TypeError):
                self.server._sslobj.read(1, wrong)
        self.client.sendall(b'0123')
        self.assertEqual(self.server._sslobj.read(4, into), 4)
        self.server.settimeout(0.0)
        with self.assertRaises(ssl.SSLWantReadError):
            self.server._sslobj.read(4, into)
        into.extend(b'x')  # Fails while a buffer is exported.

    def test_writes_from_what_it_reads_into(self):
        buffer = bytearray(b'0123')
        self.client.sendall(buffer)
        self.assertEqual(self.server._sslobj.read(4, buffer), 4)
        self.server.sendall(buffer)
        self.assertEqual(self.client._sslobj.read(4, buffer), 4)
        self.assertEqual(bytes(buffer), b'0123')


if __name__ == '__main__':
    unittest.main()
