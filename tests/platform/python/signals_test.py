# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Connections whose calls signals interrupt all the time.

usage: PYTHON signals_test.py CERTS     (the folder of testdata's certificates)
"""
import hashlib
import signal
import socket
import ssl

import connections
from connections import PYTHON2, SECONDS, Task, TlsTest

Timeout = ssl.SSLError if PYTHON2 else socket.timeout
EVERY = 0.0003  # Seconds between two signals.
LARGE = b''.join(b'%d\n' % i for i in range(200000))


class Unexpected(Exception):
    """What a handler raises."""


def receive(connection, size):
    received, more = b'', True
    while more and len(received) < size:
        more = connection.recv(65536)
        received += more
    return received


class StormTest(TlsTest):

    def setUp(self):
        super(StormTest, self).setUp()
        self.count = 0
        self.limit = None
        before = signal.signal(signal.SIGALRM, self.handle)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)

    def handle(self, *_):
        self.count += 1
        if self.limit is not None and self.count >= self.limit:
            self.limit = None
            raise Unexpected()

    def soon(self):
        """Lets the handler raise at one of the next signals."""
        self.limit = self.count + 20

    def test_handshakes_succeed(self):
        for _ in range(10):
            client, server = self.connect()
            self.assertEqual(client.version(), server.version())
            client.close()
            server.close()
            self.near, self.far = connections.socket_pair()
            self.addCleanup(self.near.close)
            self.addCleanup(self.far.close)
        self.assertGreater(self.count, 0)

    def carry(self, writer, reader, reads_here):
        """Sends LARGE. This thread, which signals interrupt, does one half."""
        def receive():
            digest = hashlib.sha256()
            left = len(LARGE)
            while left:
                data = reader.recv(min(left, 5000))
                self.assertTrue(data)
                digest.update(data)
                left -= len(data)
            return digest.hexdigest()

        if reads_here:
            other = Task(writer.sendall, LARGE)
            received = receive()
            other.result()
        else:
            other = Task(receive)
            writer.sendall(LARGE)
            received = other.result()
        self.assertEqual(received, hashlib.sha256(LARGE).hexdigest())
        self.assertGreater(self.count, 0)

    def test_received_data_is_whole(self):
        client, server = self.connect()
        self.carry(server, client, reads_here=True)

    def test_sent_data_is_whole(self):
        client, server = self.connect()
        self.carry(client, server, reads_here=False)

    def test_a_send_that_a_handler_ended_continues(self):
        client, server = self.connect()
        self.soon()
        with self.assertRaises(Unexpected):
            client.send(LARGE)
        reading = Task(receive, server, len(LARGE) + 4)
        self.assertEqual(client.send(LARGE), len(LARGE))
        client.sendall(b'next')
        self.assertTrue(reading.result() == LARGE + b'next')

    def test_a_deadline_holds(self):
        client, server = self.connect()
        client.settimeout(0.05)
        with self.assertRaises(Timeout):
            client.recv(1)
        # Nothing was lost.
        client.settimeout(SECONDS)
        server.sendall(b'later')
        self.assertEqual(client.recv(5), b'later')

    def test_a_handshakes_deadline_holds(self):
        self.near.settimeout(0.05)
        with self.assertRaises(Timeout):
            self.wrap_client()

    def test_a_handler_that_raises_ends_the_call(self):
        client, server = self.connect()
        self.soon()
        with self.assertRaises(Unexpected):
            client.recv(1)
        server.sendall(b'later')
        self.assertEqual(client.recv(5), b'later')
        self.soon()
        with self.assertRaises(Unexpected):
            self.wrap_alone()

    def wrap_alone(self):
        near, far = connections.socket_pair()
        self.addCleanup(near.close)
        self.addCleanup(far.close)
        connections.client_context().wrap_socket(near,
                                                 server_hostname='localhost')

    def test_a_peer_that_sends_slowly_is_read_whole(self):
        client, server = self.connect()

        def drip():
            for i in range(50):
                server.sendall(b'%d' % (i % 10))

        sending = Task(drip)
        data = b''
        while len(data) < 50:
            data += client.recv(50)
        sending.result()
        self.assertEqual(data, b'0123456789' * 5)


class ThreadTest(TlsTest):

    def test_another_thread_s_data_waits_for_a_send_with_a_handler(self):
        client, server = self.connect()
        tasks = []

        def handle(*_):
            tasks.append(Task(client.send, b'short'))
            # It must not come between two records of LARGE.
            tasks[0].join(0.2)
            tasks.append(Task(receive, server, len(LARGE) + 5))

        before = signal.signal(signal.SIGALRM, handle)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        # While the main thread waits for the reader.
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        self.assertEqual(client.send(LARGE), len(LARGE))
        sending, reading = tasks
        self.assertEqual(sending.result(), 5)
        # The signal may have come before the first record.
        self.assertTrue(reading.result() in (LARGE + b'short',
                                             b'short' + LARGE))


if __name__ == '__main__':
    connections.main()
