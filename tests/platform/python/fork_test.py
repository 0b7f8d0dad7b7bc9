# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Connections over os.fork(): servers that hand them to children, and processes
that both have one.

usage: PYTHON fork_test.py CERTS     (the folder of testdata's certificates)
"""
import errno
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

try:
    import socketserver
except ImportError:
    import SocketServer as socketserver

CERTS = os.path.abspath(sys.argv.pop(1))
# After this time, it is a deadlock.
SECONDS = 60


def cert(name):
    return os.path.join(CERTS, name)


def client_context():
    return ssl.create_default_context(cafile=cert('root.pem'))


def server_context():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert('server_p256_chain.pem'),
                            cert('server_p256.key'))
    return context


def socket_pair():
    ends = socket.socketpair()
    if sys.version_info[0] == 2:
        ends = [socket.socket(_sock=end) for end in ends]
    for end in ends:
        end.settimeout(SECONDS)
    return ends


def connection():
    """Both ends of one, client first, after the handshake."""
    ends = socket_pair()
    client = client_context().wrap_socket(ends[0], server_hostname='localhost',
                                          do_handshake_on_connect=False)
    server = server_context().wrap_socket(ends[1], server_side=True,
                                          do_handshake_on_connect=False)
    thread = threading.Thread(target=server.do_handshake)
    thread.start()
    client.do_handshake()
    thread.join()
    return client, server


def fork(work):
    """The id of a child that exits with 0 where work() gives true."""
    pid = os.fork()
    if pid:
        return pid
    code = 2
    try:
        signal.alarm(SECONDS)
        code = 0 if work() else 1
    finally:
        os._exit(code)


def status(pid):
    return os.waitpid(pid, 0)[1]


def refused(work):
    try:
        work()
    except ssl.SSLError as error:
        return not isinstance(error, (ssl.SSLWantReadError,
                                      ssl.SSLWantWriteError,
                                      ssl.SSLZeroReturnError))
    return False


class ForkTest(unittest.TestCase):

    def setUp(self):
        self.client, self.server = connection()
        self.addCleanup(self.client.close)
        self.addCleanup(self.server.close)

    def test_a_server_hands_a_connection_to_a_child(self):
        def child():
            self.client.close()
            return (self.server.recv(5) == b'hello' and
                    self.server.send(b'world') == 5)
        pid = fork(child)
        self.server.close()  # Like socketserver.ForkingMixIn.
        self.client.sendall(b'hello')
        self.assertEqual(self.client.recv(5), b'world')
        self.assertEqual(status(pid), 0)

    def test_a_child_shakes_hands(self):
        ends = socket_pair()
        server = server_context().wrap_socket(ends[1], server_side=True,
                                              do_handshake_on_connect=False)

        def child():
            ends[0].close()
            server.do_handshake()
            return server.send(b'world') == 5
        pid = fork(child)
        server.close()
        client = client_context().wrap_socket(ends[0],
                                              server_hostname='localhost')
        self.addCleanup(client.close)
        self.assertEqual(client.recv(5), b'world')
        self.assertEqual(status(pid), 0)

    def test_the_first_user_keeps_it(self):
        self.assertEqual(
            status(fork(lambda: self.client.send(b'child') == 5)), 0)
        self.assertTrue(refused(lambda: self.client.send(b'parent')))
        self.assertTrue(refused(self.client.unwrap))
        self.client.close()
        self.assertEqual(self.server.recv(100), b'child')
        try:
            self.assertEqual(self.server.recv(100), b'')
        except socket.error as error:  # The session tickets are unread.
            self.assertEqual(error.errno, errno.ECONNRESET)

    def test_the_parent_is_the_first(self):
        ready, go = os.pipe()

        def child():
            os.read(ready, 1)
            return refused(lambda: self.client.send(b'child'))
        pid = fork(child)
        self.client.sendall(b'parent')
        os.write(go, b'x')
        self.assertEqual(status(pid), 0)
        self.client.sendall(b'again')
        received = b''
        while len(received) < 11:
            received += self.server.recv(100)
        self.assertEqual(received, b'parentagain')
        os.close(ready)
        os.close(go)

    def test_a_thread_waits_while_another_forks(self):
        got = []
        thread = threading.Thread(
            target=lambda: got.append(self.client.recv(5)))
        thread.start()

        def child():
            # Queries and closing do not wait for the thread.
            self.client.cipher()
            self.client.pending()
            self.client.close()
            other, _ = connection()
            return other.version() is not None
        self.assertEqual(status(fork(child)), 0)
        self.server.sendall(b'hello')
        thread.join()
        self.assertEqual(got, [b'hello'])

    def test_a_callback_forks(self):
        ends = socket_pair()
        context = server_context()
        statuses = []

        def callback(*_):
            statuses.append(status(fork(lambda: True)))
        if hasattr(context, 'sni_callback'):
            context.sni_callback = callback
        else:
            context.set_servername_callback(callback)
        server = context.wrap_socket(ends[1], server_side=True,
                                     do_handshake_on_connect=False)
        self.addCleanup(server.close)
        thread = threading.Thread(target=server.do_handshake)
        thread.start()
        client = client_context().wrap_socket(ends[0],
                                              server_hostname='localhost')
        self.addCleanup(client.close)
        thread.join()
        self.assertEqual(statuses, [0])

    def test_threads_at_work_while_another_forks(self):
        over = []

        def work():
            while not over:
                for end in connection():
                    end.close()
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()

        def child():
            client, server = connection()
            client.sendall(b'hello')
            return server.recv(5) == b'hello'
        try:
            for _ in range(10):
                self.assertEqual(status(fork(child)), 0)
        finally:
            over.append(True)
            for thread in threads:
                thread.join()


@unittest.skipUnless(hasattr(ssl, 'MemoryBIO'), 'no MemoryBIO')
class BioTest(unittest.TestCase):

    def test_the_first_user_keeps_it(self):
        pipes = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = client_context().wrap_bio(pipes[0], pipes[1],
                                           server_hostname='localhost')
        server = server_context().wrap_bio(pipes[1], pipes[0],
                                           server_side=True)
        for _ in range(2):
            for end in client, server:
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    pass
        self.assertEqual(status(fork(lambda: client.write(b'x') == 1)), 0)
        self.assertTrue(refused(lambda: client.write(b'y')))
        self.assertEqual(server.write(b'z'), 1)


class Hello(socketserver.BaseRequestHandler):
    """Shakes hands, in the process of the connection, and says hello."""

    def handle(self):
        tls = self.server.context.wrap_socket(self.request, server_side=True)
        tls.sendall(b'hello')
        tls.close()


class ForkingServer(socketserver.ForkingMixIn, socketserver.TCPServer):
    """A process for each connection, and no TLS in its own."""


class TicketTest(unittest.TestCase):
    """A child accepts the tickets of another, as with OpenSSL."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = ForkingServer(('127.0.0.1', 0), Hello)
        self.addCleanup(self.server.server_close)
        self.server.context = server_context()

    def resumed(self, version, *arguments):
        """Whether openssl s_client resumed, in a connection of its own."""
        process = subprocess.Popen(
            ['openssl', 's_client', '-connect', '127.0.0.1:%d' %
             self.server.server_address[1], '-ign_eof', '-tls' +
             version.replace('.', '_')] + list(arguments),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.server.handle_request()
        said = process.communicate()[0].decode()
        self.assertIn('hello', said)
        self.assertIn('\nNew, ' if '\nNew, ' in said else '\nReused, ', said)
        return '\nReused, ' in said

    def test_children_share_them(self):
        session = os.path.join(self.folder, 'session')
        for version in ('1.2', '1.3'):
            self.assertFalse(self.resumed(version, '-sess_out', session))
            self.assertTrue(self.resumed(version, '-sess_in', session),
                            version)

    def test_changes_keep_them(self):
        session = os.path.join(self.folder, 'session')
        self.assertFalse(self.resumed('1.2', '-sess_out', session))
        self.server.context.set_alpn_protocols(['http/1.1'])
        self.assertTrue(self.resumed('1.2', '-sess_in', session))

    def test_contexts_share_nothing(self):
        session = os.path.join(self.folder, 'session')
        for version in ('1.2', '1.3'):
            self.assertFalse(self.resumed(version, '-sess_out', session))
            self.server.context = server_context()
            self.assertFalse(self.resumed(version, '-sess_in', session))


if __name__ == '__main__':
    unittest.main()
