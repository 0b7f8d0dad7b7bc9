# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Defects of M2Crypto that airlock.m2crypto does not share.

usage: PYTHON m2crypto_defects_test.py CERTS
"""
import contextlib
import gc
import os
import socket
import socketserver
import ssl
import sys
import time
import unittest
import warnings

import m2crypto_peers as peers
from m2crypto_peers import Server, cert

peers.CERTS = os.path.abspath(sys.argv.pop(1))

from airlock.m2crypto import SSL, m2

VERIFY = SSL.verify_peer | SSL.verify_fail_if_no_peer_cert


def context():
    result = SSL.Context()
    result.load_verify_locations(cert('ca.pem'))
    result.set_verify(VERIFY, 9)
    return result


def server_ssl_context():
    result = SSL.Context()
    result.load_cert_chain(cert('server_p256_chain.pem'),
                           cert('server_p256.key'))
    return result


def connect(port, ctx):
    connection = SSL.Connection(ctx)
    connection.settimeout(peers.SECONDS)
    try:
        connection.connect(('localhost', port))
    except BaseException:
        connection.abandon()
        raise
    return connection


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


class ConnectionTest(unittest.TestCase):

    def test_session_outlives_its_connection(self):
        for options in (0, m2.SSL_OP_NO_TLSv1_3):
            ctx = context()
            ctx.set_options(options)
            with Server(clients=2) as server:
                connection = connect(server.port, ctx)
                session = connection.get_session()
                connection.write(b'x')
                connection.read()
                connection.close()
                del connection
                gc.collect()
                again = SSL.Connection(ctx)
                again.set_session(session)
                again.connect(server.address)
                again.write(b'x')
                again.read()
                again.close()
                del again
                gc.collect()
                self.assertIn(b'Session-ID', session.as_text())
            self.assertEqual([reused for reused, _ in server.connections],
                             [False, True])

    def test_extended_master_secret(self):
        """RFC 7627, in spite of all of M2Crypto's options."""
        hellos = []

        def read_hello(plain):
            hellos.append(plain.recv(10000))

        ctx = context()
        ctx.set_options(SSL.op_all | m2.SSL_OP_NO_TLSv1_3 | 1)
        with Server(raw=read_hello) as server:
            with self.assertRaises(SSL.SSLError):
                connect(server.port, ctx)
        self.assertIn(b'\x00\x17\x00\x00', hellos[0])

    def test_truncation(self):
        def cut_off(tls):
            tls.sendall(b'half')
            tls.recv(1)
            os.close(tls.detach())

        with Server(talk=cut_off) as server:
            connection = connect(server.port, context())
            self.assertEqual(connection.read(), b'half')
            connection.write(b'x')
            with self.assertRaisesRegex(SSL.SSLError, 'unexpected eof'):
                connection.read()
            connection.close()
        with Server(talk=cut_off) as server:
            connection = connect(server.port, context())
            file = connection.makefile('rb')
            self.assertEqual(file.read(4), b'half')
            connection.write(b'x')
            with self.assertRaises(SSL.SSLError):
                file.read()
            file.close()
            connection.close()

    def test_close_closes(self):
        def ends(tls):
            endings.append(tls.recv(1))

        endings = []
        with Server(talk=ends) as server:
            connection = connect(server.port, context())
            descriptor = connection.fileno()
            connection.close()
            self.assertFalse(is_open(descriptor))
            connection.close()
        # It is a clean end.
        self.assertEqual((endings, server.errors), ([b''], []))
        unconnected = SSL.Connection(SSL.Context())
        descriptor = unconnected.fileno()
        unconnected.close()
        self.assertFalse(is_open(descriptor))

    def test_dropped_connections_close(self):
        """Without close_notify, and without a warning."""
        def ends(tls):
            try:
                endings.append(tls.recv(1))
            except OSError as error:
                endings.append(type(error))

        endings = []
        with Server(talk=ends) as server:
            connection = connect(server.port, context())
            descriptor = connection.fileno()
            with warnings.catch_warnings(record=True) as seen:
                warnings.simplefilter('always')
                del connection
                gc.collect()
            self.assertEqual(seen, [])
            self.assertFalse(is_open(descriptor))
        self.assertEqual(endings, [ssl.SSLEOFError])

    def test_failure_closes(self):
        connection = SSL.Connection(context())
        descriptor = connection.fileno()
        with Server(peers.server_context('self_signed',
                                         'self_signed')) as server:
            with self.assertRaises(SSL.SSLError):
                connection.connect(server.address)
        self.assertFalse(is_open(descriptor))


class Lines(socketserver.StreamRequestHandler):
    """Says hello, and echoes a line."""

    def handle(self):
        self.wfile.write(b'hello\n')
        self.wfile.write(self.rfile.readline())


KINDS = (SSL.SSLServer, SSL.ThreadingSSLServer, SSL.ForkingSSLServer)


class ServerTest(unittest.TestCase):

    def served(self, port):
        with peers.connected(port) as tls:
            self.assertEqual(tls.recv(6), b'hello\n')
            tls.sendall(b'line\n')
            self.assertEqual(tls.recv(5), b'line\n')
            self.assertEqual(tls.recv(1), b'')  # close_notify

    @contextlib.contextmanager
    def serving(self, kind):
        server = kind(('127.0.0.1', 0), Lines, server_ssl_context())
        server.failures = []
        server.handle_error = lambda request, address: server.failures.append(
            sys.exc_info()[1])
        with peers.serving(server) as port:
            yield server, port

    def test_failed_handshake_ends_nothing(self):
        for kind in KINDS:
            with self.serving(kind) as (server, port):
                with socket.create_connection(('127.0.0.1', port)) as plain:
                    plain.sendall(b'GET / HTTP/1.0\r\n\r\n')
                    plain.settimeout(peers.SECONDS)
                    with contextlib.suppress(ConnectionResetError):
                        while plain.recv(1000):
                            pass
                self.served(port)
                self.served(port)
            if kind is not SSL.ForkingSSLServer:  # The error is its child's.
                self.assertIsInstance(server.failures[0], SSL.SSLError)

    def test_idle_client_stalls_no_one(self):
        for kind in KINDS[1:]:
            with self.serving(kind) as (server, port):
                # A forked child has this process's end of the connection, too,
                # so that the idle client ends by its deadline.
                server.handshake_timeout = 3
                with socket.create_connection(('127.0.0.1', port)):
                    self.served(port)

    def test_idle_client_has_a_deadline(self):
        with self.serving(SSL.SSLServer) as (server, port):
            server.handshake_timeout = 0.1
            begin = time.monotonic()
            with socket.create_connection(('127.0.0.1', port)):
                self.served(port)
            self.assertLess(time.monotonic() - begin,
                            SSL.SSLServer.handshake_timeout)
        self.assertIsInstance(server.failures[0], SSL.SSLTimeoutError)

    def test_accept_has_a_deadline(self):
        listener = SSL.Connection(server_ssl_context())
        self.addCleanup(listener.close)
        listener.bind(('127.0.0.1', 0))
        listener.listen()
        self.assertEqual(listener.handshake_timeout, 30)
        listener.handshake_timeout = 0.1
        begin = time.monotonic()
        with socket.create_connection(listener.getsockname()):
            with self.assertRaises(SSL.SSLTimeoutError):
                listener.accept()
        self.assertLess(time.monotonic() - begin, 10)

    def test_parent_ends_nothing(self):
        """What a forking server's parent closes stays the child's."""
        server = SSL.ForkingSSLServer(('127.0.0.1', 0), Lines,
                                      server_ssl_context())
        self.addCleanup(server.server_close)

        def client():
            with peers.connected(server.server_address[1]) as tls:
                try:
                    ends.append(tls.recv(1))
                except OSError as error:
                    ends.append(type(error))

        ends = []
        for method, expected in ((server.close_request, ssl.SSLEOFError),
                                 (server.shutdown_request, b'')):
            thread = peers.threading.Thread(target=client)
            thread.start()
            request, _ = server.get_request()
            descriptor = request.fileno()
            request.shake_hands(peers.SECONDS)
            method(request)
            self.assertFalse(is_open(descriptor))
            thread.join()
            self.assertEqual(ends.pop(), expected)

    def test_children_share_tickets(self):
        """A session of one child is resumed by another."""
        for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
            client = peers.client_context()
            client.maximum_version = version
            with self.serving(SSL.ForkingSSLServer) as (_, port):
                session, reused = None, []
                for _ in range(2):
                    with peers.connected(port, client, session=session) as tls:
                        self.assertEqual(tls.recv(6), b'hello\n')
                        tls.sendall(b'line\n')
                        while tls.recv(5):
                            pass
                        session = tls.session
                        reused.append(tls.session_reused)
            self.assertEqual(reused, [False, True], version)

    def test_each_serves(self):
        for kind in KINDS:
            with self.serving(kind) as (_, port):
                for _ in range(3):
                    self.served(port)

    def test_client_certificates(self):
        ctx = server_ssl_context()
        ctx.load_verify_locations(cert('ca.pem'))
        ctx.set_verify(VERIFY, 9)
        server = SSL.ThreadingSSLServer(('127.0.0.1', 0), Lines, ctx)
        server.handle_error = lambda *_: None
        with peers.serving(server) as port:
            with peers.connected(port, peers.client_context('client_p256')
                                 ) as tls:
                self.assertEqual(tls.recv(6), b'hello\n')
            for name in (None, 'client_other'):
                with self.assertRaises(OSError):
                    with peers.connected(port, peers.client_context(name)
                                         ) as tls:
                        if not tls.recv(6):
                            raise OSError('closed')


if __name__ == '__main__':
    unittest.main()
