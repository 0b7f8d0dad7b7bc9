# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""airlock.TicketKeyring with keys from a real Redis.

usage: PYTHON redis_tickets_test.py CERTS   (the folder of testdata's certificates)
"""
import io
import os
import signal
import socket
import ssl
import time
import unittest

import airlock
from connections import (PYTHON2, SECONDS, Task, TlsTest, cert, client_context,
                         main, server_context, socket_pair)
from redis_server import Redis

FLEET = bytes(bytearray(range(100, 132)))
DIGITS = u''.join(u'%02x' % byte for byte in bytearray(FLEET))
# Seconds. A key seals once two looks, one a second, have found it.
ROTATION, LIFETIME = 5, 60


def is_connected_to(port):
    """Whether this process has a socket that is connected to it."""
    for name in os.listdir('/proc/self/fd'):
        try:
            copy = socket.fromfd(int(name), socket.AF_INET, socket.SOCK_STREAM)
        except EnvironmentError:  # That of listdir.
            continue
        try:
            if copy.getpeername()[1:] == (port,):
                return True
        except EnvironmentError:  # It is not a connection.
            pass
        finally:
            copy.close()
    return False


def in_child(check):
    """Whether check() is true in a child."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            signal.alarm(SECONDS)
            code = 0 if check() else 2
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


class RedisTicketsTest(TlsTest):

    def setUp(self):
        super(RedisTicketsTest, self).setUp()
        self.client = client_context()

    def redis(self, *args, **kwargs):
        redis = Redis(*args, **kwargs)
        self.addCleanup(redis.stop)
        return redis

    def keyring(self, redis, **kwargs):
        kwargs.setdefault('fleet_key', FLEET)
        return airlock.TicketKeyring('redis://127.0.0.1:%d' % redis.port,
                                     ROTATION, LIFETIME, **kwargs)

    def server(self, keyring):
        context = server_context()
        airlock.use_tickets(context, keyring)
        return context

    def visit(self, server, session=None):
        """The session that the client gets, and whether it resumed one."""
        ours, theirs = socket_pair()

        def serve():
            connection = server.wrap_socket(theirs, server_side=True)
            connection.sendall(b'hello')
            connection.recv(1)
            connection.close()
        task = Task(serve)
        offer = {'session': session} if session else {}
        connection = self.client.wrap_socket(
            ours, server_hostname='localhost', **offer)
        # With TLS 1.3, tickets come with the data.
        connection.recv(5)
        result = (getattr(connection, 'session', None),
                  getattr(connection, 'session_reused', False))
        # The end of a connection of 2.7 does not close its socket.
        connection.sendall(b'.')
        connection.close()
        task.result()
        return result

    def until(self, done):
        end = time.time() + SECONDS
        while not done():
            self.assertLess(time.time(), end)

    def resumes(self, first, second):
        """Whether a session of one server resumes at the other before long."""
        end = time.time() + SECONDS
        while time.time() < end:
            session = self.visit(first)[0]
            if session is not None and session.has_ticket and self.visit(
                    second, session)[1]:
                return True
        return False

    @unittest.skipUnless(hasattr(ssl, 'SSLSession'),
                         'needs sessions of ssl.py')
    def test_servers_of_a_fleet_share_keys(self):
        redis = self.redis()
        one = self.server(self.keyring(redis))
        two = self.server(self.keyring(redis, fleet_key=DIGITS))
        self.assertTrue(self.resumes(one, two))
        other = self.server(self.keyring(redis, fleet_key=FLEET[::-1]))
        self.assertFalse(self.visit(other, self.visit(one)[0])[1])

    def test_a_server_seals_and_says_so(self):
        redis = self.redis()
        keyring = self.keyring(redis, fleet_key=io.BytesIO(FLEET))
        state = keyring.state
        self.assertEqual((state.keys, state.failure), (1, None))
        server = self.server(keyring)

        def sealed():
            self.visit(server)
            return keyring.state.sealed > 0
        self.until(sealed)
        self.assertTrue(keyring.state.seals)
        with self.assertRaises(ValueError):
            keyring.rotate()

    def test_keys_change(self):
        keyring = self.keyring(self.redis())
        self.until(lambda: keyring.state.keys > 2)

    def test_a_redis_over_tls_is_verified(self):
        redis = self.redis(tls=(cert('server_p256_chain.pem'),
                                cert('server_p256.key')),
                           options=('--requirepass', 'sesame'))
        url = 'rediss://:sesame@localhost:%d' % redis.port
        with open(cert('root.pem')) as file:
            text = file.read()
        for cas in (cert('root.pem'), text, io.BytesIO(text.encode())):
            state = airlock.TicketKeyring(url, fleet_key=FLEET,
                                          ca_certs=cas).state
            self.assertEqual((state.keys, state.failure), (1, None))
        state = airlock.TicketKeyring(url, fleet_key=FLEET,
                                      ca_certs=cert('other_root.pem')).state
        self.assertEqual(state.keys, 0)
        self.assertIn('localhost', state.failure)
        self.assertNotIn('sesame', state.failure)

    def test_redis_may_go_and_come_back(self):
        redis = self.redis()
        keyring = self.keyring(redis)
        keys = keyring.state.keys
        redis.stop()
        self.until(lambda: keyring.state.failure)
        self.assertGreaterEqual(keyring.state.keys, keys)
        self.redis(redis.port)
        self.until(lambda: not keyring.state.failure)

    def test_a_fleet_starts_without_redis(self):
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))  # It does not listen.
        self.addCleanup(listener.close)
        keyring = airlock.TicketKeyring(
            'redis://127.0.0.1:%d' % listener.getsockname()[1],
            fleet_key=FLEET)
        state = keyring.state
        self.assertEqual((state.keys, state.seals), (0, False))
        self.assertIn('127.0.0.1', state.failure)
        self.visit(self.server(keyring))
        self.assertEqual(keyring.state.sealed, 0)
        self.assertGreater(keyring.state.not_sealed, 0)

    def test_a_redis_that_hangs_stops_no_one(self):
        redis = self.redis()
        keyring = self.keyring(redis)
        server = self.server(keyring)
        redis.stop()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(('127.0.0.1', redis.port))
        listener.listen(16)
        self.addCleanup(listener.close)
        looked = Task(listener.accept)
        # The thread of the keyring waits for its answer meanwhile.
        self.visit(server)
        waiting = looked.result()[0]
        # A child does not get the connection, and so cannot keep it open.
        self.assertTrue(is_connected_to(redis.port))
        self.assertTrue(in_child(lambda: not is_connected_to(redis.port)))
        for _ in range(20):
            self.visit(server)
            self.assertIsNone(keyring.state.failure)
        waiting.close()
        self.until(lambda: keyring.state.failure)

    def test_workers_that_a_server_forks(self):
        redis = self.redis()
        keyring = self.keyring(redis)
        server = self.server(keyring)

        def serves():
            keys = keyring.state.keys
            self.until(lambda: self.visit(server) and
                       keyring.state.keys > keys)
            return not keyring.state.failure
        for _ in range(2):
            self.assertTrue(in_child(serves))
        self.assertTrue(serves())
        # With the thread of this process.
        self.assertTrue(in_child(serves))

    def test_a_process_that_only_forks_has_no_thread(self):
        redis = self.redis()

        def threads():
            return len(os.listdir('/proc/self/task'))

        def check():
            keyring = self.keyring(redis)
            self.server(keyring)
            before = threads()
            keyring.state
            return (before, threads()) == (1, 2)
        # Without the threads of this process.
        self.assertTrue(in_child(check))

    def test_mistakes(self):
        url = 'redis://127.0.0.1:1'
        for source, arguments in (
                (url, {}),
                (url, {'fleet_key': b'short'}),
                (url, {'fleet_key': b'\0' * 32}),
                (url, {'fleet_key': DIGITS[:-1]}),
                (url, {'fleet_key': io.BytesIO(b'')}),
                (url, {'fleet_key': FLEET, 'rotation': 0.5}),
                (url, {'fleet_key': FLEET, 'rotation': float('inf')}),
                (url, {'fleet_key': FLEET, 'rotation': float('nan')}),
                (url, {'fleet_key': FLEET, 'rotation': 10}),
                (url, {'fleet_key': FLEET, 'lifetime': -1}),
                (url, {'fleet_key': FLEET, 'ca_certs': cert('root.pem')}),
                ('redis://', {'fleet_key': FLEET}),
                ('rediss://user@127.0.0.1', {'fleet_key': FLEET}),
                (None, {'fleet_key': FLEET}),
                ('airlock-key:fleet', {'fleet_key': FLEET}),
                (None, {'ca_certs': cert('root.pem')})):
            with self.assertRaises(ValueError) as caught:
                airlock.TicketKeyring(source, **arguments)
            self.assertNotIn(DIGITS[:8], str(caught.exception))
        for fleet_key in (32, bytearray(FLEET), [FLEET]):
            with self.assertRaises(TypeError):
                airlock.TicketKeyring(url, fleet_key=fleet_key)
        with self.assertRaises(EnvironmentError):
            airlock.TicketKeyring('rediss://127.0.0.1:1', fleet_key=FLEET,
                                  ca_certs='/no/such/file')

        class Broken(object):
            def read(self):
                raise KeyError('broken')
        with self.assertRaises(KeyError):
            airlock.TicketKeyring(url, fleet_key=Broken())


if __name__ == '__main__':
    main()
