# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Connections leave nothing behind, and cycles are collected.

usage: PYTHON leak_test.py CERTS     (the folder of testdata's certificates)
"""
import gc
import os
import socket
import ssl
import sys
import unittest
import weakref

CERTS = sys.argv.pop(1)
CONNECTIONS = 10000
FAILURES = 4000
# This many connections fill the caches and free lists.
WARM_UP = 2000
# Noise is below a tenth of it.
MEMORY_SLACK = 2 << 20
OBJECT_SLACK = 50
# Blocks of Python's own allocator.
BLOCK_SLACK = 500


def path(name):
    return os.path.join(CERTS, name)


class Context(ssl.SSLContext):
    """One that can be made to hold things, which 2.7's own cannot."""


def client_context():
    context = Context(getattr(ssl, 'PROTOCOL_TLS_CLIENT', ssl.PROTOCOL_SSLv23))
    context.load_verify_locations(path('root.pem'))
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    context.load_cert_chain(path('client_p256.pem'), path('client_p256.key'))
    return context


def server_context():
    context = Context(getattr(ssl, 'PROTOCOL_TLS_SERVER', ssl.PROTOCOL_SSLv23))
    context.load_verify_locations(path('root.pem'))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(path('server_p256_chain.pem'),
                            path('server_p256.key'))
    return context


def step(operation, *arguments):
    """What `operation` gives, or None where it has to wait."""
    try:
        return operation(*arguments) or True
    except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return None


def wrapped(client, server):
    """The two ends of a connection whose handshake has not begun."""
    pair = socket.socketpair()
    if sys.version_info[0] == 2:
        pair = [socket.socket(_sock=end) for end in pair]
    for end in pair:
        end.setblocking(False)
    return (client.wrap_socket(pair[0], server_hostname='localhost',
                               do_handshake_on_connect=False),
            server.wrap_socket(pair[1], server_side=True,
                               do_handshake_on_connect=False))


def connected(client, server):
    """The two ends of a connection, in one thread."""
    a, b = wrapped(client, server)
    waiting = [a, b]
    while waiting:
        waiting = [end for end in waiting if not step(end.do_handshake)]
    return a, b


def exchange(a, b):
    for sender, receiver in ((a, b), (b, a)):
        sender.send(b'some words')
        while True:
            received = step(receiver.recv, 100)
            if received is not None:
                break
        assert received == b'some words', received


def resident():
    with open('/proc/self/statm') as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def object_count():
    while gc.collect():
        pass
    return len(gc.get_objects())


def block_count():
    """How many blocks Python's objects take; 2.7 does not tell."""
    return getattr(sys, 'getallocatedblocks', lambda: 0)()


class Leaks(unittest.TestCase):

    def assert_steady(self, action, times):
        """Runs `action` so many times; neither objects nor memory grow."""
        for _ in range(WARM_UP):
            action()
        objects = object_count()
        blocks = block_count()
        memory = resident()
        for _ in range(times - WARM_UP):
            action()
        more_objects = object_count() - objects
        more_blocks = block_count() - blocks
        more_memory = resident() - memory
        print('grew by %d objects, %d blocks, %d KiB' % (
            more_objects, more_blocks, more_memory >> 10))
        self.assertLess(more_objects, OBJECT_SLACK)
        self.assertLess(more_blocks, BLOCK_SLACK)
        self.assertLess(more_memory, MEMORY_SLACK)

    def test_connections(self):
        client, server = client_context(), server_context()

        def connect():
            a, b = connected(client, server)
            exchange(a, b)
            a.getpeercert()
            b.getpeercert(True)
            a.close()
            b.close()

        self.assert_steady(connect, CONNECTIONS)

    def test_failed_handshakes(self):
        client, server = ssl.create_default_context(), server_context()
        client.load_verify_locations(path('other_root.pem'))

        def connect():
            a, b = wrapped(client, server)
            with self.assertRaises(ssl.SSLError):
                while True:
                    step(a.do_handshake)
                    step(b.do_handshake)
            a.close()
            b.close()

        self.assert_steady(connect, FAILURES)


class Cycles(unittest.TestCase):

    def assert_collected(self, make):
        """`make` gives an object in a cycle, which is then garbage."""
        gc.collect()
        watched = weakref.ref(make())
        gc.collect()
        self.assertIsNone(watched())

    def test_context_and_its_callback(self):
        def make():
            context = server_context()
            callback = lambda *_: context and None
            if hasattr(context, 'sni_callback'):
                context.sni_callback = callback
            else:
                context.set_servername_callback(callback)
            return context

        self.assert_collected(make)

    def test_socket_that_holds_itself(self):
        def make():
            a, b = connected(client_context(), server_context())
            a.me = a
            b.close()
            a.close()
            return a

        self.assert_collected(make)

    def test_open_socket_its_context_and_callback(self):
        def make():
            server = server_context()
            a, b = connected(client_context(), server)
            server.connection = b
            callback = lambda *_: b and None
            if hasattr(server, 'sni_callback'):
                server.sni_callback = callback
            else:
                server.set_servername_callback(callback)
            a.close()
            b.detach() if hasattr(b, 'detach') else b.close()
            return server

        self.assert_collected(make)

    @unittest.skipUnless(hasattr(ssl, 'SSLSession'), 'no sessions in 2.7')
    def test_session_that_its_context_holds(self):
        def make():
            client = client_context()
            a, b = connected(client, server_context())
            exchange(a, b)
            client.session = a.session
            self.assertIsNotNone(client.session)
            a.close()
            b.close()
            return client

        self.assert_collected(make)

    @unittest.skipUnless(hasattr(ssl, 'MemoryBIO'), 'no MemoryBIO in 2.7')
    def test_object_over_memory(self):
        def make():
            context = client_context()
            thing = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(),
                                     server_hostname='localhost')
            step(thing.do_handshake)
            context.thing = thing
            thing.me = thing
            return thing

        self.assert_collected(make)


if __name__ == '__main__':
    unittest.main()
