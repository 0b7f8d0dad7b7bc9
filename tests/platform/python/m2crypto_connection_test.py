# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Connection and Session of airlock.m2crypto.SSL are as M2Crypto's.

usage: PYTHON m2crypto_connection_test.py CERTS
"""
import array
import os
import select
import socket
import sys
import unittest

import m2crypto_peers as peers
from m2crypto_peers import Server, cert

peers.CERTS = os.path.abspath(sys.argv.pop(1))

from airlock.m2crypto import SSL, m2, threading
from m2crypto_tls import TlsTest, context


class ConnectionTest(TlsTest):

    def test_echo(self):
        with Server() as server:
            connection = self.connect(server)
            self.assertEqual(connection.write(b'hello'), 5)
            self.assertEqual(connection.read(3), b'hel')
            self.assertEqual(connection.pending(), 2)
            buffer = bytearray(10)
            self.assertEqual(connection.recv_into(buffer), 2)
            self.assertEqual(buffer, b'lo')
            connection.sendall(b'more')
            view = memoryview(bytearray(b'x' * 6))
            self.assertEqual(connection.recv_into(view), 4)
            self.assertEqual(bytes(view), b'more\0\0')
            with self.assertRaises(ValueError):
                connection.read(0)
            self.assertEqual(connection.getpeername(),
                             ('127.0.0.1', server.port))
            self.assertEqual(connection.get_state(), 'SSLOK ')
            self.assertEqual(connection.get_shutdown(), 0)
            connection.close()
            self.assertEqual(connection.get_shutdown(), m2.SSL_SENT_SHUTDOWN)
        self.assertEqual(server.errors, [])

    def test_nonblocking(self):
        with Server() as server:
            connection = self.connect(server)
            connection.setblocking(0)
            self.assertIsNone(connection.read())
            while connection.write(b'x' * 65536) != -1:
                pass
            connection.abandon()

    def test_tickets_are_no_data(self):
        """TLS 1.3's tickets wake up a client, and it goes on waiting."""
        with Server() as server:
            connection = self.connect(server)
            connection.setblocking(0)
            self.assertIsNone(connection.read())
            self.assertEqual(connection.write(b'hello'), 5)
            data, rounds = None, 0
            while data is None:
                rounds += 1
                self.assertLess(rounds, 5, 'it spins')
                self.assertTrue(select.select(
                    [connection], [], [], peers.SECONDS)[0], 'it hangs')
                data = connection.read()
            self.assertEqual(data, b'hello')
            connection.close()

    def test_extended_master_secret(self):
        """As openssl saw it, as server and as client, with all options."""
        server = peers.openssl('s_server', '-accept', '127.0.0.1:0', '-www',
                               '-tls1_2', '-naccept', '1', '-cert',
                               cert('server_p256.pem'), '-key',
                               cert('server_p256.key'), '-cert_chain',
                               cert('server_p256_chain.pem'))
        with server:
            port = int(server.wait_for(r'ACCEPT 127\.0\.0\.1:(\d+)'))
            ctx = context()
            ctx.set_options(SSL.op_all | 1)
            connection = SSL.Connection(ctx)
            connection.settimeout(peers.SECONDS)
            connection.connect(('localhost', port))
            connection.write(b'GET / HTTP/1.0\r\n\r\n')
            page = b''.join(iter(connection.read, b''))
            connection.close()
        self.assertIn(b'Extended master secret: yes', page)

        ctx = SSL.Context()
        ctx.set_options(SSL.op_all | 1)
        ctx.load_cert(cert('server_p256_chain.pem'), cert('server_p256.key'))
        listener = SSL.Connection(ctx)
        self.addCleanup(listener.close)
        listener.bind(('127.0.0.1', 0))
        listener.listen()
        with peers.openssl('s_client', '-tls1_2', '-connect',
                           '127.0.0.1:%d' % listener.getsockname()[1],
                           '-ign_eof') as client:
            connection, _ = listener.accept()
            client.wait_for('Extended master secret: (yes)')
            connection.close()

    def test_buffers(self):
        """What recv_into() and write() take and give."""
        with Server() as server:
            connection = self.connect(server)
            self.assertEqual(connection.write(b''), 0)
            connection.setblocking(0)
            self.assertEqual(connection.write(b''), 0)
            connection.settimeout(peers.SECONDS)
            for wrong in 'text', None, 5, [1]:
                with self.assertRaises(TypeError):
                    connection.write(wrong)
                with self.assertRaises(TypeError):
                    connection.recv_into(wrong)
            numbers = array.array('i', [0, 0])
            small = memoryview(bytearray(2))
            for buffer, size, count in ((numbers, 0, 4), (small, 9, 2),
                                        (bytearray(3), 2, 2)):
                connection.write(b'abcd'[:count])
                self.assertEqual(connection.recv_into(buffer, size), count)
            self.assertEqual(numbers.tobytes(), b'abcd' + bytes(4))
            for buffer, size in ((bytearray(), 0), (bytearray(1), -1)):
                with self.assertRaises(ValueError):
                    connection.recv_into(buffer, size)
            with self.assertRaises(TypeError):
                connection.set_session(None)
            connection.close()
            with self.assertRaises(SSL.SSLError):
                connection.connect(server.address)

    def test_nonblocking_handshake(self):
        begin = peers.threading.Event()

        def late(plain):
            begin.wait(peers.SECONDS)
            with peers.server_context().wrap_socket(plain,
                                                    server_side=True) as tls:
                peers.echo(tls)

        with Server(raw=late) as server:
            connection = SSL.Connection(context())
            self.addCleanup(connection.close)
            connection.socket.connect(('127.0.0.1', server.port))
            connection.setblocking(0)
            connection.set1_host('localhost')
            connection.set_connect_state()
            self.assertEqual(connection.connect_ssl(), 0)
            begin.set()
            connection.settimeout(peers.SECONDS)
            self.assertEqual(connection.connect_ssl(), 1)
            connection.close()

    def test_timeouts(self):
        with Server() as server:
            connection = self.connect(server)
            connection.settimeout(0.01)
            with self.assertRaises(SSL.SSLTimeoutError):
                connection.read()
            connection.settimeout(None)
            connection.set_socket_read_timeout(SSL.timeout(0, 10000))
            self.assertGreater(connection.get_socket_read_timeout().microsec,
                               0)
            with self.assertRaises(socket.timeout):
                connection.read()
            self.assertIsNone(connection.gettimeout())
            connection.close()

    def test_makefile(self):
        with Server() as server:
            connection = self.connect(server)
            file = connection.makefile('rwb')
            connection.close()
            file.write(b'one\ntwo\n')
            file.flush()
            self.assertEqual([file.readline(), file.readline()],
                             [b'one\n', b'two\n'])
            file.close()
            with self.assertRaises(SSL.SSLError):
                connection.read()
        self.assertEqual(server.errors, [])

    def test_accept(self):
        ctx = SSL.Context()
        ctx.load_cert_chain(cert('server_p256_chain.pem'),
                            cert('server_p256.key'))
        ctx.load_verify_locations(cert('ca.pem'))
        ctx.set_verify(SSL.verify_peer | SSL.verify_fail_if_no_peer_cert, 9)
        listener = SSL.Connection(ctx)
        self.addCleanup(listener.close)
        listener.bind(('127.0.0.1', 0))
        listener.listen(5)
        address = listener.getsockname()

        def client():
            with peers.connected(address[1],
                                 peers.client_context('client_p256')) as tls:
                tls.sendall(b'x')
                self.assertEqual(tls.recv(1), b'y')

        thread = peers.threading.Thread(target=client)
        thread.start()
        connection, (host, _) = listener.accept()
        self.assertEqual(host, '127.0.0.1')
        self.assertEqual(connection.read(), b'x')
        self.assertEqual(connection.get_peer_cert().get_subject().CN,
                         'Airlock Test Client')
        connection.write(b'y')
        thread.join()
        connection.close()

    def test_info_callback(self):
        ctx = context()
        calls = []
        ctx.set_info_callback(lambda where, ret, ssl_ptr: calls.append(
            (where, ret, m2.ssl_get_state_v(ssl_ptr))))
        with Server() as server:
            self.connect(server, ctx).close()
        self.assertEqual([call[:2] for call in calls], [
            (m2.SSL_ST_CONNECT | m2.SSL_CB_HANDSHAKE_START, 1),
            (m2.SSL_ST_CONNECT | m2.SSL_CB_EXIT, 1)])


class SessionTest(TlsTest):

    def test_resumption(self):
        for options in (0, m2.SSL_OP_NO_TLSv1_3):
            ctx = context()
            ctx.set_options(options)
            with Server(clients=3) as server:
                first = self.connect(server, ctx)
                session = first.get_session()
                first.write(b'x')
                first.read()
                self.assertIn(b'Session-ID: ', session.as_text())
                first.close()
                self.assertGreater(session.get_time(), 0)
                self.assertGreater(session.get_timeout(), 0)
                for again, expected in ((ctx, True), (context(), False)):
                    second = SSL.Connection(again)
                    second.set_session(session)
                    second.connect(server.address)
                    second.write(b'y')
                    self.assertEqual(second.read(), b'y')
                    self.assertEqual(second.session_reused(), expected)
                    second.close()
            self.assertEqual([reused for reused, _ in server.connections],
                             [False, True, False])


if __name__ == '__main__':
    unittest.main()
