# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""airlock.urlfetch against servers that send too much, too slowly or nonsense.

usage: PYTHON urlfetch_hostile_test.py CERTS
"""
import os
import socket
import sys
import threading
import time
import unittest
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from urlfetch_server import (SECONDS, FetchTest, drip, forever, raw, read_head,
                             redirect, respond, silence, urlfetch)
from airlock._http import response

OK = b'HTTP/1.1 200 OK\r\n'
CHUNKED = OK + b'Transfer-Encoding: chunked\r\n\r\n'
GZIP = OK + b'Content-Encoding: gzip\r\n'
MALFORMED = urlfetch.MalformedReplyError
CLOSED = urlfetch.ConnectionClosedError
# A deadline that passes. Code that ignores it waits for SECONDS, or
# for ever.
SOON = 0.3
LATE = 20
LIMIT = 32 << 20


def gzipped(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


class MalformedTest(FetchTest):

    def check(self, kind, *replies):
        for reply in replies:
            server = self.serve(raw(reply))
            self.assert_fails(kind, server.url())
            server.close()

    def test_ambiguous_length(self):
        self.check(
            MALFORMED,
            OK + b'Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc',
            OK + b'Content-Length: 2\r\nContent-Length: 2\r\n\r\nab',
            OK + b'Content-Length: 2, 2\r\n\r\nab',
            OK + b'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n'
            b'2\r\nab\r\n0\r\n\r\n',
            *[OK + b'Content-Length: ' + length + b'\r\n\r\nab' for length in
              (b'-2', b'+2', b'0x2', b'2.0', b'', b'two', b'1' * 30,
               b'2_0', b'\xb2')])

    def test_transfer_coding(self):
        self.check(
            MALFORMED,
            b'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
            *[OK + b'Transfer-Encoding: ' + coding + b'\r\n\r\n0\r\n\r\n'
              for coding in (b'gzip', b'gzip, chunked', b'chunked, chunked',
                             b'identity', b'\x0bchunked', b'xchunked',
                             b'chunked\r\nTransfer-Encoding: chunked')])

    def test_chunks(self):
        self.check(MALFORMED, *[CHUNKED + rest + b'0\r\n\r\n' for rest in
                                (b'2\r\nabc\r\n', b'-2\r\nab\r\n',
                                 b'0x2\r\nab\r\n', b'+2\r\nab\r\n', b'\r\n',
                                 b' 2\r\nab\r\n', b'2 2\r\nab\r\n',
                                 b'1_0\r\n' + b'x' * 16 + b'\r\n',
                                 b'f' * 20 + b'\r\n', b'2\rab\r\n',
                                 b'2;' + b'x' * 2000 + b'\r\nab\r\n')])

    def test_head(self):
        self.check(
            MALFORMED, b'\r\n\r\n', b'hello\r\n\r\n', b'HTTP/2 200 OK\r\n\r\n',
            b'HTTP/1.1 99 X\r\n\r\n', b'HTTP/1.1 2000 X\r\n\r\n',
            b'ICY 200 OK\r\n\r\n', b'HTTP/1.1  200 OK\r\n\r\n',
            b'HTTP/1.1 200 O\rK\r\n\r\n', b'\x16\x03\x01\x02\x00\x01\r\n\r\n',
            b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n',
            OK + b'X: y\r\n' * 101 + b'Content-Length: 0\r\n\r\n',
            *[OK + line + b'\r\nContent-Length: 0\r\n\r\n' for line in
              (b'no colon', b': x', b'X : y', b' folded: first', b'X\0: y',
               b'X: a\0b', b'X: a\rb', b'X: a\x0bb', b'X\xff: y', b'(X): y')])

    def test_cut_off(self):
        self.check(CLOSED, b'', b'HTTP/1.1 20', OK, OK + b'X: y\r\n',
                   OK + b'Content-Length: 3\r\n\r\nab', CHUNKED,
                   CHUNKED + b'2', CHUNKED + b'2\r\nab', CHUNKED +
                   b'2\r\nab\r\n', CHUNKED + b'2\r\nab\r\n0\r\n',
                   CHUNKED + b'2\r\nab\r\n0\r\nX: y\r\n')

    def test_cut_off_tls(self):
        # Without close_notify, a body up to the end may be incomplete.
        def answer(connection, request, server):
            connection.sendall(OK + b'\r\nwords')
            plain = connection.detach() if hasattr(
                connection, 'detach') else os.dup(connection.fileno())
            sock = socket.fromfd(plain, socket.AF_INET, socket.SOCK_STREAM)
            sock.shutdown(socket.SHUT_WR)
            sock.close()
            os.close(plain)
            raise ValueError('closed')

        server = self.serve_tls(answer, raw(OK + b'\r\nwords'))
        self.assert_fails(CLOSED, server.url())
        self.assertEqual(urlfetch.fetch(server.url()).content, b'words')

    def test_gzip(self):
        whole = gzipped(b'words' * 1000)
        self.check(MALFORMED, *[GZIP + b'\r\n' + body for body in
                                (b'words', whole + b'trailing',
                                 whole[:-8] + b'\0' * 8,
                                 b'\x1f\x8b\xff' + b'\0' * 20)])
        self.check(CLOSED, *[GZIP + b'\r\n' + whole[:size] for size in
                             (1, 5, 12, len(whole) - 9, len(whole) - 1)])
        self.check(CLOSED, GZIP + b'\r\n' + whole + whole[:-3])

    def test_several_locations(self):
        server = self.serve(respond(status='302 Found', fields=[
            ('Location', '/a'), ('Location', '/b')]), respond(b'a'))
        self.assert_fails(MALFORMED, server.url())

    def test_what_is_read_anyway(self):
        for reply in (
                b'HTTP/1.0 200 OK\r\n\r\nab', b'HTTP/1.1 200\r\n\r\nab',
                b'HTTP/1.1 200 OK\n\nab', OK + b'X: a\r\n  b\r\n\r\nab',
                b'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n'
                b'Content-Length: 9\r\n\r\n' + OK + b'\r\nab',
                CHUNKED + b'1;x="y"\r\na\r\n001 \r\nb\r\n0\r\nT: u\r\n\r\n',
                GZIP + b'\r\n' + gzipped(b'a') + gzipped(b'b'),
                OK + b'Content-Length: 2\r\n\r\nabc'):
            server = self.serve(raw(reply))
            self.assertEqual(urlfetch.fetch(server.url()).content, b'ab')
            server.close()

    def test_answer_before_the_payload_is_read(self):
        def answer(connection, request, server):
            read_head(connection)
            connection.sendall(b'HTTP/1.1 413 Too Large\r\n'
                               b'Content-Length: 2\r\n\r\nno')
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass

        server = self.serve(answer, shake=False)
        result = urlfetch.fetch(server.url(), b'x' * (8 << 20), 'POST')
        self.assertEqual((result.status_code, result.content), (413, b'no'))


class LimitTest(FetchTest):

    def test_endless_heads(self):
        for pieces in ((OK, b'X: yyyyyyyyyyyyyyyy\r\n'),
                       (OK + b'X: ', b'y' * 100), (b'H', b'T' * 100),
                       (b'', b'HTTP/1.1 100 Continue\r\nX: y\r\n\r\n'),
                       (OK + b'X: y\r\n', b' folded\r\n'),
                       (CHUNKED + b'0\r\n', b'X: yyyyyyyyyyyyyyyy\r\n'),
                       (CHUNKED, b'1' * 100)):
            server = self.serve(forever(*pieces))
            self.assert_fails(MALFORMED, server.url())
            server.close()

    def test_endless_bodies(self):
        lump = b'x' * 10000
        empty = gzipped(b'')
        for pieces in ((OK + b'\r\n', lump),
                       (OK + b'Content-Length: ' + b'9' * 17 + b'\r\n\r\n',
                        lump),
                       (CHUNKED, b'2710\r\n' + lump + b'\r\n'),
                       (GZIP + b'\r\n', gzipped(b'\0' * (1 << 24))),
                       (GZIP + b'\r\n', empty * 500)):
            server = self.serve(forever(*pieces))
            error = self.assert_fails(urlfetch.ResponseTooLargeError,
                                      server.url())
            self.assertTrue(error.response.content_was_truncated)
            self.assertLessEqual(len(error.response.content), LIMIT)
            self.assertIn('allow_truncated', str(error))
            server.close()

    def test_truncated(self):
        server = self.serve(raw(GZIP + b'\r\n' + gzipped(b'\0' * (LIMIT + 1))),
                            respond(b'\0' * LIMIT), respond(b'\0' * LIMIT +
                                                            b'\0'))
        for truncated in (True, False, True):
            result = urlfetch.fetch(server.url(), allow_truncated=True)
            self.assertEqual(len(result.content), LIMIT)
            self.assertIs(result.content_was_truncated, truncated)

    def test_bomb_is_not_unpacked(self):
        bomb = gzipped(b'\0' * (1 << 24))
        self.assertLess(len(bomb), 65536)  # One read.
        unpacked = []

        class Gunzip(response._Gunzip):

            def feed(self, data, most):
                for piece in response._Gunzip.feed(self, data, most):
                    unpacked.append(len(piece))
                    yield piece

        self.assertEqual(response._collect([bomb], Gunzip(), 1000),
                         (b'\0' * 1000, True))
        self.assertEqual(sum(unpacked), 1001)

    def test_redirects(self):
        server = self.serve(redirect('/again'))
        self.assert_fails(urlfetch.TooManyRedirectsError, server.url())
        self.assertEqual(len(server.requests), 6)


class DeadlineTest(FetchTest):

    def check(self, server, **options):
        began = time.time()
        self.assert_fails(urlfetch.DeadlineExceededError,
                          server.url(), deadline=SOON, **options)
        self.assertLess(time.time() - began, LATE)
        server.close()

    def test_handshake(self):
        self.check(self.serve_tls(silence, shake=False))

    def test_handshake_that_drips(self):
        self.check(self.serve_tls(drip(b'\x16\x03\x03\x3f\xff\x02\x00\x3f'),
                                  shake=False))

    def test_silence(self):
        for serve in self.serve, self.serve_tls:
            self.check(serve(silence))

    def test_drips(self):
        self.check(self.serve_tls(drip(OK + b'X: ' + b'y' * 500)))
        self.check(self.serve_tls(drip(OK + b'Content-Length: 500\r\n\r\n' +
                                       b'y' * 500)))
        self.check(self.serve(drip(CHUNKED + b'1\r\na\r\n' * 500)))

    def test_payload_that_is_not_read(self):
        def answer(connection, request, server):
            # The handshake, and then no request.
            if tls:
                wrapped.append(server.shake(connection))
            server.stopped.wait(SECONDS)

        wrapped = []
        for tls in False, True:
            serve = self.serve_tls if tls else self.serve
            self.check(serve(answer, shake=False), payload=b'x' * (10 << 20),
                       method='POST')
        wrapped[0].close()

    def test_redirects_have_one_deadline(self):
        def answer(connection, request, server):
            if not server.stopped.wait(SOON / 3):
                redirect('/again')(connection, request, server)

        server = self.serve(answer)
        self.check(server)
        self.assertLess(len(server.requests), 6)

    def test_connect(self):
        # Nothing accepts, and the queue is full.
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind(('127.0.0.1', 0))
        listener.listen(0)
        for _ in range(3):
            sock = socket.socket()
            self.addCleanup(sock.close)
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        began = time.time()
        error = self.assert_fails(
            urlfetch.DeadlineExceededError,
            'https://127.0.0.1:%d/' % listener.getsockname()[1], deadline=SOON)
        self.assertLess(time.time() - began, LATE)
        self.assertIn('0.3 seconds', str(error))

    def test_lookup(self):
        stop = threading.Event()
        look_up = socket.getaddrinfo
        self.addCleanup(setattr, socket, 'getaddrinfo', look_up)
        self.addCleanup(stop.set)
        socket.getaddrinfo = lambda *args: stop.wait(SECONDS) or []
        began = time.time()
        self.assert_fails(urlfetch.DeadlineExceededError, 'https://x.test/',
                          deadline=SOON)
        self.assertLess(time.time() - began, LATE)

    def hold_lookups(self):
        """(an Event that lookups wait for, a Semaphore that each of them
        releases before, their hosts)."""
        release, begun, hosts = threading.Event(), threading.Semaphore(0), []
        look_up = socket.getaddrinfo

        def hold(host, *_):
            hosts.append(host)
            begun.release()
            release.wait(SECONDS)
            raise socket.gaierror('no such host')
        socket.getaddrinfo = hold
        self.addCleanup(setattr, socket, 'getaddrinfo', look_up)
        self.addCleanup(release.set)
        return release, begun, hosts

    def start_all(self, urls):
        return [urlfetch.make_fetch_call(urlfetch.create_rpc(SECONDS), url)
                for url in urls]

    def assert_all_fail(self, rpcs):
        for rpc in rpcs:
            with self.assertRaises(urlfetch.DNSLookupFailedError):
                rpc.get_result()

    def test_lookups_are_limited(self):
        release, begun, hosts = self.hold_lookups()
        rpcs = self.start_all('https://x%d.test/' % number
                              for number in range(70))
        for _ in range(64):
            begun.acquire()
        # The deadline holds for those that wait their turn, too.
        self.assert_fails(urlfetch.DeadlineExceededError, 'https://y.test/',
                          deadline=SOON)
        self.assertEqual(len(hosts), 64)
        release.set()
        self.assert_all_fail(rpcs)
        self.assertEqual(len(set(hosts)), 70)

    def test_one_lookup_for_one_name(self):
        release, _, hosts = self.hold_lookups()
        rpcs = self.start_all(['https://x.test/'] * 20)
        # It has not found the name already, and nor have they.
        self.assert_fails(urlfetch.DeadlineExceededError, 'https://x.test/',
                          deadline=SOON)
        self.assertEqual(hosts, ['x.test'])
        release.set()
        self.assert_all_fail(rpcs)

    @unittest.skipUnless(hasattr(os, 'fork'), 'fork')
    def test_children_look_up_for_themselves(self):
        release, begun, _ = self.hold_lookups()
        rpcs = self.start_all(['https://x.test/'])
        begun.acquire()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                socket.getaddrinfo = lambda *_: []
                urlfetch.fetch('https://x.test/', deadline=SECONDS)
            except urlfetch.DeadlineExceededError:
                status = 2
            except urlfetch.DownloadError:
                status = 0
            finally:
                os._exit(status)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        release.set()
        self.assert_all_fail(rpcs)

    def test_default(self):
        # No connection is without a timeout.
        urlfetch.set_default_fetch_deadline(SOON)
        self.addCleanup(urlfetch.set_default_fetch_deadline, SECONDS)
        server = self.serve_tls(silence)
        self.assert_fails(urlfetch.DeadlineExceededError, server.url())
        rpc = urlfetch.make_fetch_call(urlfetch.create_rpc(), server.url())
        with self.assertRaises(urlfetch.DeadlineExceededError):
            rpc.get_result()
        # The default of the default; not waited for.
        urlfetch.set_default_fetch_deadline(None)
        self.assertEqual(urlfetch._DEFAULT_SECONDS, 5)
        self.addCleanup(setattr, urlfetch, '_DEFAULT_SECONDS', 5)
        urlfetch._DEFAULT_SECONDS = SOON
        self.assert_fails(urlfetch.DeadlineExceededError, server.url())


if __name__ == '__main__':
    unittest.main()
