# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Many threads that share contexts, connections and MemoryBIOs, in parallel in a
free-threaded build of Python.

usage: PYTHON parallel_test.py CERTS    (the folder of testdata's certificates)
"""
import collections
import functools
import os
import socket
import ssl
import sys
import sysconfig
import tempfile
import threading
import unittest

from connections import (SECONDS, Task, cert, client_context, main,
                         server_context, socket_pair)

THREADS = 16
# A sanitizer makes everything slow.
ROUNDS = int(os.environ.get('TEST_ROUNDS', 20))
FREE_THREADED = bool(sysconfig.get_config_var('Py_GIL_DISABLED'))


def in_parallel(*functions):
    """Calls each function with its number, all at once; what they return."""
    barrier = threading.Barrier(len(functions))

    def run(number, function):
        barrier.wait(SECONDS)
        return function(number)

    tasks = [Task(run, *pair) for pair in enumerate(functions)]
    return [task.result() for task in tasks]


def last_calls(at_end, functions):
    """The functions; the one that ends last calls `at_end`."""
    left = [len(functions)]
    lock = threading.Lock()

    def run(function, number):
        try:
            return function(number)
        finally:
            with lock:
                left[0] -= 1
                last = not left[0]
            if last:
                at_end()

    return [functools.partial(run, function) for function in functions]


def over_bios(client, server, hostname='localhost'):
    """A client's and a server's SSLObject, connected."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(to_client, to_server, server_hostname=hostname),
            server.wrap_bio(to_server, to_client, server_side=True)]
    waiting = list(ends)
    while waiting:
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
    return ends


def over_sockets(client, server):
    """A client's and a server's SSLSocket, connected."""
    near, far = socket_pair()
    far.setblocking(False)
    near.setblocking(False)
    ends = [client.wrap_socket(near, server_hostname='localhost',
                               do_handshake_on_connect=False),
            server.wrap_socket(far, server_side=True,
                               do_handshake_on_connect=False)]
    waiting = list(ends)
    while waiting:
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
    for end in ends:
        end.settimeout(SECONDS)
    return ends


class ModuleTest(unittest.TestCase):

    @unittest.skipUnless(FREE_THREADED, 'has a GIL')
    def test_leaves_the_gil_off(self):
        self.assertFalse(sys._is_gil_enabled())


class SharedContextsTest(unittest.TestCase):

    def setUp(self):
        self.client = client_context()
        self.server = server_context()
        self.names = collections.Counter()
        self.done = threading.Event()

    def connect(self, _):
        for make in (over_bios, over_sockets) * ROUNDS:
            near, far = make(self.client, self.server)
            near.write(b'ping')
            self.assertEqual(far.read(10), b'ping')
            self.assertTrue(near.getpeercert()['subjectAltName'])
            self.assertIs(near.context, self.client)
            if make is over_sockets:
                near.close()
                far.close()

    def until_done(self, *actions):
        def run(_):
            count = 0
            while not self.done.is_set():
                for action in actions:
                    action()
                count += 1
            return count
        return run

    def work_beside(self, *others):
        """Threads connect while the others change the contexts."""
        connecting = THREADS - len(others)
        counts = in_parallel(*last_calls(self.done.set,
                                         [self.connect] * connecting) +
                             list(others))
        for count in counts[connecting:]:
            self.assertGreater(count, 0)

    def test_connect(self):
        self.work_beside()

    def name(self, sock, name, context):
        self.names[name] += 1

    def test_change_the_server(self):
        def callback():
            self.server.sni_callback = lambda *args: self.name(*args)

        def load():
            self.server.load_cert_chain(cert('server_p256_chain.pem'),
                                        cert('server_p256.key'))

        self.work_beside(
            self.until_done(callback),
            self.until_done(load),
            self.until_done(lambda: self.server.set_alpn_protocols(['h2'])),
            self.until_done(self.server.session_stats, self.server.get_ciphers))
        self.assertTrue(self.names['localhost'])

    def test_change_the_client(self):
        lists = ['ECDHE+AESGCM:ECDHE+CHACHA20', 'ECDHE+AESGCM', 'ECDHE']

        def ciphers():
            for names in lists:
                self.client.set_ciphers(names)

        def trust():
            self.client.load_verify_locations(cert('root.pem'))

        def options():
            self.client.options ^= ssl.OP_NO_TICKET
            self.client.verify_flags ^= ssl.VERIFY_X509_STRICT
            self.client.minimum_version = ssl.TLSVersion.TLSv1_2

        def messages():
            self.client._msg_callback = lambda *_: None
            self.client._msg_callback = None

        def keys():
            with tempfile.NamedTemporaryFile() as file:
                self.client.keylog_filename = file.name
                self.client.keylog_filename = None

        self.work_beside(
            self.until_done(ciphers, messages),
            self.until_done(trust, self.client.cert_store_stats),
            self.until_done(options),
            self.until_done(keys, self.client.get_ca_certs))

    def test_errors_of_each(self):
        def fail(_):
            strange = ssl.create_default_context(cafile=cert('other_root.pem'))
            for _ in range(ROUNDS):
                with self.assertRaises(ssl.SSLCertVerificationError) as raised:
                    over_bios(strange, self.server)
                self.assertEqual(raised.exception.verify_code, 20)

        in_parallel(*[fail] * THREADS)


class SharedConnectionTest(unittest.TestCase):

    # More than a record, so that the core works without the GIL.
    SIZE = 20000

    def setUp(self):
        self.client, self.server = client_context(), server_context()

    def exchange(self, near, far, read, at_end):
        """Half of the threads write to `near`, the others read from `far`."""
        half = THREADS // 2
        messages = ROUNDS
        received = []

        def send(number):
            for _ in range(messages):
                self.assertEqual(near.write(bytes([97 + number]) * self.SIZE),
                                 self.SIZE)
                self.ask(near)

        def receive(_):
            for data in iter(read, b''):
                received.append(data)
                self.ask(far)

        in_parallel(*last_calls(at_end, [send] * half) + [receive] * half)
        together = b''.join(received)
        self.assertEqual(len(together), half * messages * self.SIZE)
        for number in range(half):
            self.assertEqual(together.count(bytes([97 + number])),
                             messages * self.SIZE)

    def ask(self, connection):
        self.assertEqual(connection.version(), 'TLSv1.3')
        self.assertTrue(connection.cipher())
        connection.pending()
        self.assertIn(connection.context, (self.client, self.server))
        self.assertFalse(connection.session_reused)
        # A client has none until the server's first ticket has come.
        self.assertIn(type(connection.session), (type(None), ssl.SSLSession))
        connection.selected_alpn_protocol()
        connection.getpeercert(True)

    def test_socket(self):
        near, far = over_sockets(self.client, self.server)
        self.addCleanup(near.close)
        self.addCleanup(far.close)
        self.exchange(near, far, lambda: far.recv(4096),
                      lambda: near.shutdown(socket.SHUT_WR))

    def test_bios(self):
        near, far = over_bios(self.client, self.server)
        sent = threading.Event()

        def read():
            while True:
                all_is_sent = sent.is_set()
                try:
                    return far.read(4096)
                except ssl.SSLWantReadError:
                    if all_is_sent:
                        return b''

        self.exchange(near, far, read, sent.set)

    def test_handshake(self):
        for _ in range(ROUNDS):
            near, far = socket_pair()
            with self.client.wrap_socket(
                    near, server_hostname='localhost',
                    do_handshake_on_connect=False) as client:
                with self.server.wrap_socket(
                        far, server_side=True,
                        do_handshake_on_connect=False) as server:
                    in_parallel(*[
                        lambda n, end=end: end.do_handshake()
                        for end in (client, server) * (THREADS // 2)])
                    self.assertEqual(client.version(), server.version())

    def test_close(self):
        """One thread closes the connection that the others use."""
        for _ in range(ROUNDS):
            near, far = over_sockets(self.client, self.server)

            def use(number):
                try:
                    while True:
                        if number % 2:
                            near.sendall(b'x' * 100)
                        elif not near.recv(1):
                            break
                except (OSError, ValueError):
                    pass
                except AttributeError:
                    pass  # ssl.py has just forgotten the connection.

            def drain(_):
                try:
                    while far.recv(65536):
                        pass
                except (OSError, ValueError):
                    pass

            def close(_):
                near.sendall(b'y')
                far.sendall(b'y')
                near.shutdown(2)
                near.close()

            in_parallel(close, drain, *[use] * 6)
            far.close()


class SharedBioTest(unittest.TestCase):

    def test_bytes_stay_whole(self):
        bio = ssl.MemoryBIO()
        half = THREADS // 2
        messages = 500 * ROUNDS
        chunk = 64

        def write(number):
            for _ in range(messages):
                bio.write(bytes([97 + number]) * chunk)

        def read(_):
            taken = collections.Counter()
            while not bio.eof:
                data = bio.read(chunk)
                if data:
                    # Each write is in one piece, since all have one size.
                    self.assertEqual(data.count(data[:1]), chunk)
                    taken[data[:1]] += 1
            return taken

        readers = [Task(read, n) for n in range(half)]
        in_parallel(*[write] * half)
        bio.write_eof()
        total = sum((reader.result() for reader in readers),
                    collections.Counter())
        self.assertEqual(total, {bytes([97 + number]): messages
                                 for number in range(half)})


if __name__ == '__main__':
    main()
