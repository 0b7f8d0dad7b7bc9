# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Callbacks, threads, interpreters and buffers.

usage: PYTHON threads_test.py CERTS     (the folder of testdata's certificates)
"""
import gc
import os
import signal
import select
import socket
import ssl
import sys
import threading
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))
# What takes so long is a deadlock.
SECONDS = 60
MODERN = sys.version_info >= (3, 8)


def cert(name):
    return os.path.join(CERTS, name)


def client_context():
    return ssl.create_default_context(cafile=cert('root.pem'))


def server_context():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert('server_p256_chain.pem'),
                            cert('server_p256.key'))
    return context


def set_sni_callback(context, callback):
    if hasattr(context, 'sni_callback'):
        context.sni_callback = callback
    else:
        context.set_servername_callback(callback)


def socket_pair():
    ends = socket.socketpair()
    if sys.version_info[0] == 2:
        ends = [socket.socket(_sock=end) for end in ends]
    for end in ends:
        end.settimeout(SECONDS)
    return ends


class Task(threading.Thread):
    """Runs a function in a thread; result() gives what it gave or raised."""

    def __init__(self, function, *arguments):
        super(Task, self).__init__()
        self.daemon = True  # What hangs must not hang the test, too.
        self._call = function, arguments
        self._result = self._error = None
        self.start()

    def run(self):
        function, arguments = self._call
        try:
            self._result = function(*arguments)
        except Exception as error:
            self._error = error

    def result(self):
        self.join(SECONDS)
        if self.is_alive():
            raise AssertionError('a deadlock')
        if self._error is not None:
            raise self._error
        return self._result


class TlsTest(unittest.TestCase):

    def setUp(self):
        self.near, self.far = socket_pair()
        self.addCleanup(self.near.close)
        self.addCleanup(self.far.close)

    def wrap_client(self, context=None):
        wrapped = (context or client_context()).wrap_socket(
            self.near, server_hostname='localhost')
        self.addCleanup(wrapped.close)
        return wrapped

    def wrap_server(self, context=None, shake=True):
        wrapped = (context or server_context()).wrap_socket(
            self.far, server_side=True, do_handshake_on_connect=shake)
        self.addCleanup(wrapped.close)
        return wrapped

    def connect(self, client=None, server=None):
        accepting = Task(self.wrap_server, server)
        return self.wrap_client(client), accepting.result()


class CallbackTest(TlsTest):

    def test_waits_for_another_thread(self):
        entered, leave = threading.Event(), threading.Event()
        context = server_context()

        def callback(*_):
            entered.set()
            assert leave.wait(SECONDS)

        set_sni_callback(context, callback)
        server = self.wrap_server(context, shake=False)
        accepting = Task(server.do_handshake)
        connecting = Task(self.wrap_client)
        self.assertTrue(entered.wait(SECONDS))
        # Python code runs here; a question of the same connection waits for
        # the handshake, and does not keep the callback from ending.
        asking = Task(server.cipher)
        leave.set()
        accepting.result()
        connecting.result()
        asking.result()

    def test_callback_asks_its_own_connection(self):
        context = server_context()
        seen = []
        set_sni_callback(context, lambda connection, *_: seen.append(
            (connection.cipher(), connection.version())))
        self.connect(server=context)
        self.assertEqual(len(seen), 1)

    def test_callback_uses_its_own_connection(self):
        context = server_context()
        seen = []

        def callback(connection, *_):
            try:
                connection.do_handshake()
            except RuntimeError as error:
                seen.append(str(error))

        set_sni_callback(context, callback)
        self.connect(server=context)
        self.assertEqual(len(seen), 1)

    @unittest.skipUnless(hasattr(ssl, 'MemoryBIO'), 'no MemoryBIO in 2.7')
    def test_is_not_called_with_what_is_gone(self):
        # As of CPython 3.13.5, whose own test it is.
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = client_context().wrap_bio(to_client, to_server,
                                           server_hostname='localhost')
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        context = server_context()
        calls = []
        set_sni_callback(context, lambda *_: calls.append(1))
        server = context.wrap_bio(to_server, to_client, server_side=True)
        inner = server._sslobj
        del server
        gc.collect()
        with self.assertRaisesRegex(ssl.SSLError, 'callback failed'):
            inner.do_handshake()
        self.assertEqual(calls, [])

    def test_raising_callback_aborts(self):
        context = server_context()

        def callback(*_):
            raise KeyError('from the callback')

        set_sni_callback(context, callback)
        stderr, sys.stderr = sys.stderr, open(os.devnull, 'w')
        self.addCleanup(sys.stderr.close)
        self.addCleanup(setattr, sys, 'stderr', stderr)
        accepting = Task(self.wrap_server, context)
        with self.assertRaises(ssl.SSLError):
            self.wrap_client()
        with self.assertRaises(ssl.SSLError):
            accepting.result()

    def test_handshakes_inside_a_callback(self):
        outer = server_context()
        inner = CallbackTest('test_raising_callback_aborts')
        inner.setUp()
        self.addCleanup(inner.doCleanups)
        set_sni_callback(outer, lambda *_: inner.connect() and None)
        client, _ = self.connect(server=outer)
        self.assertTrue(client.cipher())

    def test_password(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        files = cert('server_p256.pem'), cert('server_p256_encrypted.key')
        with self.assertRaises(ZeroDivisionError):
            context.load_cert_chain(*files, password=lambda: 1 // 0)
        # Another thread runs Python code meanwhile.
        context.load_cert_chain(
            *files, password=lambda: Task(lambda: 'airlock').result())

    @unittest.skipUnless(MODERN, 'has no _msg_callback')
    def test_messages(self):
        context = client_context()
        seen = []
        context._msg_callback = lambda *event: seen.append(
            Task(lambda: event[1]).result())
        self.connect(client=context)
        self.assertEqual({'read', 'write'}, set(seen))

    @unittest.skipUnless(MODERN, 'has no _msg_callback')
    def test_raising_message_callback(self):
        context = client_context()

        def callback(*_):
            raise KeyError('from the callback')

        context._msg_callback = callback
        accepting = Task(self.wrap_server)
        with self.assertRaises(KeyError):
            self.wrap_client(context)
        self.near.close()
        with self.assertRaises((ssl.SSLError, OSError)):
            accepting.result()

    @unittest.skipUnless(MODERN, 'has no _msg_callback')
    def test_handshake_ends_where_a_message_callback_raises(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for raising in ('client', 'server'):
                messages = 0
                while self.raise_at(messages, raising, version):
                    messages += 1
                self.assertGreater(messages, 8)

    def raise_at(self, index, raising, version):
        """Whether a handshake has so many messages; at this one it ends."""
        contexts = {'client': client_context(), 'server': server_context()}
        messages = []

        def callback(*_):
            messages.append(1)
            if len(messages) == index + 1:
                raise KeyError('from the callback')

        contexts[raising]._msg_callback = callback
        contexts[raising].maximum_version = version
        a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
        ends = {'client': contexts['client'].wrap_bio(
                    a, b, server_hostname='localhost'),
                'server': contexts['server'].wrap_bio(
                    b, a, server_side=True)}
        outgoing = b if raising == 'client' else a
        for _ in range(5):
            for side in ('client', 'server'):
                try:
                    ends[side].do_handshake()
                except ssl.SSLWantReadError:
                    pass
                except KeyError:
                    if ends[raising].cipher() is not None:
                        return False  # A ticket's, after the handshake.
                    outgoing.read()
                    for action in (ends[raising].do_handshake,
                                   lambda: ends[raising].read(1),
                                   lambda: ends[raising].write(b'x'),
                                   ends[raising].unwrap):
                        with self.assertRaises(ssl.SSLError) as raised:
                            action()
                        self.assertNotIsInstance(raised.exception,
                                                 ssl.SSLWantReadError)
                    self.assertEqual(outgoing.pending, 0)
                    return True
        return False

    def test_many_threads(self):
        client, server = client_context(), server_context()

        def talk():
            near, far = socket_pair()
            accepting = Task(lambda: server.wrap_socket(far, server_side=True))
            ours = client.wrap_socket(near, server_hostname='localhost')
            theirs = accepting.result()
            sending = Task(ours.sendall, b'x' * 300000)
            received = 0
            while received < 300000:
                received += len(theirs.recv(65536))
            sending.result()
            ours.close()
            theirs.close()

        for task in [Task(talk) for _ in range(16)]:
            task.result()

    def test_reads_and_writes_at_once(self):
        # A connection that waits for its peer lets another thread write.
        client, server = self.connect()
        reading = Task(client.recv, 10)
        client.sendall(b'ping')
        self.assertEqual(server.recv(10), b'ping')
        server.sendall(b'pong')
        self.assertEqual(reading.result(), b'pong')


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
        # The server speaks only once the client has.
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
        # And then it goes on where it was.
        client.settimeout(SECONDS)
        self.at_once(client.do_handshake, server.do_handshake)

    def test_who_gives_up_leaves_the_wait_to_others(self):
        client, server = self.pair(None)
        client.settimeout(0.05)
        first = Task(client.do_handshake)
        select.select([server], [], [], SECONDS)  # It knows its timeout by now.
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


@unittest.skipIf(sys.version_info[0] == 2, 'tracemalloc came later')
class BufferTest(TlsTest):

    def peak(self, action):
        """The most memory that Python's objects took meanwhile."""
        import tracemalloc
        tracemalloc.start()
        try:
            action()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def test_large_buffers_are_not_copied(self):
        client, server = self.connect()
        size = 32 << 20
        words = bytearray(os.urandom(1 << 20)) * 32
        into = bytearray(size)
        view = memoryview(into)

        def transfer():
            sending = Task(client.sendall, memoryview(words))
            received = 0
            while received < size:
                received += server.recv_into(view[received:])
            sending.result()

        self.assertLess(self.peak(transfer), 1 << 20)
        self.assertEqual(into, words)

    def test_reads_into_the_middle(self):
        client, server = self.connect()
        client.sendall(b'0123456789')
        into = bytearray(b'.' * 8)
        self.assertEqual(server.recv_into(memoryview(into)[2:], 4), 4)
        self.assertEqual(bytes(into), b'..0123..')
        with server.makefile('rb', buffering=0) as file:
            self.assertEqual(file.readinto(memoryview(into)[:2]), 2)
        self.assertEqual(bytes(into), b'450123..')


def run_in_another_interpreter(code):
    """Runs `code` in a new interpreter; raises where it did."""
    for module in ('_interpreters', '_xxsubinterpreters'):
        try:
            interpreters = __import__(module)
            break
        except ImportError:
            pass
    else:
        raise unittest.SkipTest('has no module for it')
    made = interpreters.create()
    try:
        failed = interpreters.run_string(made, code)
        if failed is not None:
            raise AssertionError(str(failed))
    finally:
        interpreters.destroy(made)


class InterpreterTest(unittest.TestCase):

    CODE = '''
import sys
sys.path[:] = %r
import ssl
assert 'Airlock' in ssl.OPENSSL_VERSION
ours = ssl.create_default_context(cafile=%r)
theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
theirs.load_cert_chain(%r, %r)
theirs.sni_callback = lambda *_: None
a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
ends = [ours.wrap_bio(a, b, server_hostname='localhost'),
        theirs.wrap_bio(b, a, server_side=True)]
waiting = list(ends)
while waiting:
    for end in list(waiting):
        try:
            end.do_handshake()
            waiting.remove(end)
        except ssl.SSLWantReadError:
            pass
ends[0].write(b'words')
assert ends[1].read(10) == b'words'
''' % (sys.path, cert('root.pem'), cert('server_p256_chain.pem'),
       cert('server_p256.key'))

    def test_one_after_the_other(self):
        for _ in range(3):
            run_in_another_interpreter(self.CODE)
        exec(self.CODE, {})

    def test_at_once(self):
        # From 3.12 on, each has a GIL of its own.
        tasks = [Task(run_in_another_interpreter, self.CODE) for _ in range(4)]
        for task in tasks:
            task.result()


if __name__ == '__main__':
    if sys.version_info[0] > 2:
        # Where the GIL is part of the deadlock, no Python code tells of it.
        import faulthandler
        faulthandler.dump_traceback_later(3 * SECONDS, exit=True)
    unittest.main()
