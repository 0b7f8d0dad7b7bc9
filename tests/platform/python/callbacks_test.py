# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Callbacks and buffers.

usage: PYTHON callbacks_test.py CERTS   (the folder of testdata's certificates)
"""
import gc
import os
import socket
import ssl
import sys
import threading
import unittest

from connections import (SECONDS, Task, TlsTest, cert, client_context, main,
                         server_context, set_sni_callback, socket_pair)

MODERN = sys.version_info >= (3, 8)


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

    @unittest.skipUnless(MODERN, 'newer than this Python')
    def test_is_called_once_although_a_client_says_hello_twice(self):
        # Neither again, nor that of the context that it chose.
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        first, chosen = server_context(), server_context()
        # Clients send no key for it at first.
        first.set_ecdh_curve('secp384r1')
        calls = []

        def callback(connection, name, context):
            calls.append((name, context))
            connection.context = chosen

        set_sni_callback(first, callback)
        set_sni_callback(chosen, callback)
        client = client_context().wrap_bio(to_client, to_server,
                                           server_hostname='localhost')
        server = first.wrap_bio(to_server, to_client, server_side=True)
        # The second round of the client ends in a wait: it says hello again.
        for end in (client, server, client, server):
            with self.assertRaises(ssl.SSLWantReadError):
                end.do_handshake()
        client.do_handshake()
        server.do_handshake()
        self.assertEqual(client.version(), 'TLSv1.3')
        self.assertEqual(calls, [('localhost', first)])
        self.assertIs(server.context, chosen)

    @unittest.skipUnless(hasattr(ssl, 'MemoryBIO'), 'no MemoryBIO in 2.7')
    def test_is_not_called_with_a_freed_object(self):
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
        # Meanwhile another thread runs Python code.
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
                        return False  # For a ticket, after the handshake.
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
        # While a connection waits for its peer, another thread can write.
        client, server = self.connect()
        reading = Task(client.recv, 10)
        client.sendall(b'ping')
        self.assertEqual(server.recv(10), b'ping')
        server.sendall(b'pong')
        self.assertEqual(reading.result(), b'pong')


def demanding(mode, cas='root.pem'):
    """A server's context that demands that of its clients."""
    context = server_context()
    if cas:
        context.load_verify_locations(cert(cas))
    context.verify_mode = mode
    return context


class ChosenContextTest(TlsTest):
    """What a server verifies whose sni callback chooses another context."""

    def refusal(self, first, chosen, certificate):
        """Why it refuses a client with or without one; None: it does not."""
        self.setUp()

        def choose(connection, *_):
            for context in chosen:
                connection.context = context

        set_sni_callback(first, choose)
        client = client_context()
        if certificate:
            client.load_cert_chain(cert('client_rsa.pem'),
                                   cert('client_rsa.key'))
        accepting = Task(self.wrap_server, first)
        try:
            self.wrap_client(client)
        except (ssl.SSLError, socket.error):
            pass  # The server says why.
        try:
            server = accepting.result()
        except ssl.SSLError as error:
            return error.reason
        self.assertIs(server.context, chosen[-1])
        self.assertEqual(bool(server.getpeercert()), certificate)
        return None

    def test_what_the_first_demands_remains(self):
        first = demanding(ssl.CERT_REQUIRED)
        for mode in ssl.CERT_NONE, ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED:
            chosen = [demanding(mode)]
            self.assertEqual(self.refusal(first, chosen, False),
                             'PEER_DID_NOT_RETURN_A_CERTIFICATE')
            self.assertIsNone(self.refusal(first, chosen, True))

    def test_the_last_one_s_cas_are_in_force(self):
        for mode, without in (
                (ssl.CERT_REQUIRED, 'PEER_DID_NOT_RETURN_A_CERTIFICATE'),
                (ssl.CERT_OPTIONAL, None)):
            first = demanding(mode)
            for cas in None, 'other_root.pem':
                for own in ssl.CERT_NONE, mode:
                    chosen = [demanding(ssl.CERT_NONE), demanding(own, cas)]
                    self.assertEqual(self.refusal(first, chosen, False),
                                     without)
                    self.assertEqual(self.refusal(first, chosen, True),
                                     'CERTIFICATE_VERIFY_FAILED')

    def test_a_crl_check_remains(self):
        first = demanding(ssl.CERT_REQUIRED)
        first.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        chosen = demanding(ssl.CERT_REQUIRED)
        self.assertEqual(self.refusal(first, [chosen], True),
                         'CERTIFICATE_VERIFY_FAILED')
        chosen.load_verify_locations(cert('crl_root.pem'))
        self.assertIsNone(self.refusal(first, [chosen], True))

    def test_the_last_one_may_demand_more(self):
        first, strict = (demanding(mode) for mode in (ssl.CERT_NONE,
                                                      ssl.CERT_REQUIRED))
        self.assertEqual(self.refusal(first, [strict], False),
                         'PEER_DID_NOT_RETURN_A_CERTIFICATE')
        self.assertIsNone(self.refusal(first, [strict], True))
        lax = demanding(ssl.CERT_NONE)
        self.assertIsNone(self.refusal(first, [strict, lax], False))
        self.assertIsNone(self.refusal(strict, [strict], True))


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


if __name__ == '__main__':
    main()
