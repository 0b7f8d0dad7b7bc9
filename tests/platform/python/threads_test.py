# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Threads that share a connection, and signals that come while one waits.

usage: PYTHON threads_test.py CERTS     (the folder of testdata's certificates)
"""
import os
import signal
import select
import socket
import ssl
import sys
import threading
import unittest

from connections import (SECONDS, Task, TlsTest, client_context, main,
                         server_context, socket_pair)


class LazyHandshakeTest(unittest.TestCase):
    """Threads that share a connection whose handshake is still to be done."""

    ROUNDS = 30

    def pair(self, timeout=SECONDS):
        near, far = socket_pair()
        client = client_context().wrap_socket(
            near, server_hostname='localhost', do_handshake_on_connect=False)
        server = server_context().wrap_socket(
            far, server_side=True, do_handshake_on_connect=False)
        for end in (client, server):
            end.settimeout(timeout)
            self.addCleanup(end.close)
        return client, server

    def each_pair(self):
        for timeout in (SECONDS, None):
            for _ in range(self.ROUNDS):
                yield self.pair(timeout)

    def at_once(self, *actions):
        """Runs functions in threads of their own; what they give."""
        ready = [threading.Event() for _ in actions]
        start = threading.Event()

        def run(event, action):
            event.set()
            start.wait(SECONDS)
            return action()

        tasks = [Task(run, event, action)
                 for event, action in zip(ready, actions)]
        for event in ready:
            event.wait(SECONDS)
        start.set()
        return [task.result() for task in tasks]

    def test_reads_and_writes(self):
        for client, server in self.each_pair():
            self.assertEqual(self.at_once(
                lambda: client.recv(4), lambda: client.sendall(b'ping'),
                lambda: server.recv(4), lambda: server.sendall(b'pong'))[::2],
                [b'pong', b'ping'])

    def test_echo(self):
        # The server sends only after the client has.
        for client, server in self.each_pair():
            self.at_once(
                lambda: self.assertEqual(client.recv(5), b'hello'),
                lambda: client.sendall(b'hello'),
                lambda: server.sendall(server.recv(5)))

    def test_handshakes(self):
        for client, server in self.each_pair():
            self.at_once(*[client.do_handshake] * 3 + [server.do_handshake] * 3)
            self.assertEqual(client.version(), server.version())

    def test_handshakes_and_writes(self):
        for client, server in self.each_pair():
            self.at_once(client.do_handshake, lambda: client.sendall(b'ping'),
                         server.do_handshake, lambda: server.sendall(b'pong'))
            self.assertEqual(client.recv(4), b'pong')
            self.assertEqual(server.recv(4), b'ping')

    def test_each_has_its_own_timeout(self):
        client, server = self.pair(0.05)
        Timeout = (ssl.SSLError if sys.version_info[0] == 2 else
                   socket.timeout)

        def fails(action):
            with self.assertRaises(Timeout):
                action()

        # The server says nothing; who waits for the other gives up, too.
        for _ in range(3):
            self.at_once(*[lambda: fails(client.do_handshake),
                           lambda: fails(lambda: client.recv(1)),
                           lambda: fails(lambda: client.sendall(b'x'))])
        # Then it continues where it was.
        client.settimeout(SECONDS)
        self.at_once(client.do_handshake, server.do_handshake)

    def test_who_gives_up_leaves_the_wait_to_others(self):
        client, server = self.pair(None)
        client.settimeout(0.05)
        first = Task(client.do_handshake)
        select.select([server], [], [], SECONDS)  # By now it has its timeout.
        client.settimeout(SECONDS)
        second = Task(client.recv, 4)
        with self.assertRaises((ssl.SSLError, socket.timeout)):
            first.result()
        self.at_once(lambda: server.sendall(b'pong'))
        self.assertEqual(second.result(), b'pong')

    def test_one_fails_for_all(self):
        client, server = self.pair(None)

        def fails(action):
            with self.assertRaises((ssl.SSLError, OSError, socket.error)):
                action()

        near = [Task(fails, client.do_handshake), Task(fails, client.do_handshake),
                Task(fails, lambda: client.sendall(b'x'))]
        raw = server._sock if sys.version_info[0] == 2 else server
        os.write(raw.fileno(), b'HTTP/1.1 400 Bad Request\r\n\r\n')
        for task in near:
            task.result()


class SharedConnectionTest(TlsTest):
    """Threads that share a connection after the handshake."""

    def test_two_read_what_came_at_once(self):
        client, server = self.connect()
        for _ in range(50):
            tasks = [Task(client.recv, 2) for _ in range(4)]
            server.sendall(b'12345678')
            self.assertEqual(sorted(task.result() for task in tasks),
                             [b'12', b'34', b'56', b'78'])

    def test_two_write_at_once(self):
        client, server = self.connect()
        size = 3000000
        tasks = [Task(client.sendall, letter * size)
                 for letter in (b'a', b'b', b'c')]
        received = bytearray()
        while len(received) < 3 * size:
            received += server.recv(65536)
        for task in tasks:
            task.result()
        for letter in b'abc':
            self.assertEqual(bytes(received).count(
                letter if sys.version_info[0] == 2 else bytes([letter])), size)

    def test_unwraps_while_another_reads(self):
        for _ in range(20):
            self.near, self.far = socket_pair()
            client, server = self.connect()
            reading = Task(self.read_end, client._sslobj.read)
            unwrapping = Task(self.unwrap, client)
            self.unwrap(server)
            reading.result()
            unwrapping.result()
            client.close()
            server.close()

    def read_end(self, read):
        try:
            self.assertEqual(read(1), b'')
        except (ssl.SSLError, OSError, ValueError):
            pass  # It may see that the connection ended here.

    def unwrap(self, connection):
        try:
            connection.unwrap()
        except (ssl.SSLError, OSError, ValueError):
            pass

    def test_reads_while_another_waits_to_write(self):
        client, server = self.connect()
        sending = Task(client.sendall, b'x' * 8000000)
        reading = Task(client.recv, 4)
        server.sendall(b'pong')
        self.assertEqual(reading.result(), b'pong')
        received = 0
        while received < 8000000:
            received += len(server.recv(65536))
        sending.result()

    def test_shut_down_by_another_thread(self):
        client, server = self.connect()
        tasks = [Task(self.read_end, client.recv) for _ in range(3)]
        raw = server._sock if sys.version_info[0] == 2 else socket.socket(
            fileno=os.dup(server.fileno()))
        raw.shutdown(socket.SHUT_RDWR)
        for task in tasks:
            task.result()


@unittest.skipIf(sys.platform == 'win32', 'signals')
class SignalTest(unittest.TestCase):
    """A signal's handler runs while a thread waits."""

    def setUp(self):
        near, far = socket_pair()
        self.client = client_context().wrap_socket(
            near, server_hostname='localhost', do_handshake_on_connect=False)
        self.server = server_context().wrap_socket(
            far, server_side=True, do_handshake_on_connect=False)
        self.addCleanup(self.client.close)
        self.addCleanup(self.server.close)
        self.main_waits = threading.Event()

    def at_signal(self, handler):
        old = signal.signal(signal.SIGALRM, handler)
        self.addCleanup(signal.signal, signal.SIGALRM, old)
        # Until it is off: the first may come before the wait begins.
        signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)

    def test_ends_the_wait_for_the_peer(self):
        def handler(*_):
            raise ZeroDivisionError

        self.at_signal(handler)
        with self.assertRaises(ZeroDivisionError):
            self.client.recv(1)

    def test_ends_the_wait_for_another_thread(self):
        other = Task(self.client.recv, 4)

        def handler(*_):
            raise ZeroDivisionError

        for _ in range(3):
            self.at_signal(handler)
            with self.assertRaises(ZeroDivisionError):
                self.client.sendall(b'ping')
            signal.setitimer(signal.ITIMER_REAL, 0)
        # The other one was not disturbed.
        self.server.settimeout(SECONDS)
        self.server.do_handshake()
        self.server.sendall(b'pong')
        self.assertEqual(other.result(), b'pong')

    def test_handler_uses_the_connection(self):
        seen = []

        def handler(*_):
            signal.setitimer(signal.ITIMER_REAL, 0)
            serving = Task(self.server.do_handshake)
            self.client.do_handshake()
            serving.result()
            seen.append(self.client.version())
            self.server.sendall(b'pong')

        self.at_signal(handler)
        self.assertEqual(self.client.recv(4), b'pong')
        self.assertEqual(len(seen), 1)


if __name__ == '__main__':
    main()
