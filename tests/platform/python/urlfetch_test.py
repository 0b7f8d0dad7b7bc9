# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""airlock.urlfetch: App Engine's interface, and redirects.

usage: PYTHON urlfetch_test.py CERTS
"""
import gzip
import io
import logging
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from urlfetch_server import (SECONDS, FetchTest, redirect, respond, silence,
                             urlfetch)
from airlock import urlfetch_errors


def compressed(data):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode='wb', mtime=0) as file:
        file.write(data)
    return out.getvalue()


class Log(logging.Handler):

    def __init__(self):
        logging.Handler.__init__(self)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


class ResultTest(FetchTest):

    def test_get(self):
        server = self.serve_tls(respond(b'words', fields=[('X-Y', 'z')]))
        result = urlfetch.fetch(server.url('/path?a=b#c'))
        self.assertEqual(result.content, b'words')
        self.assertEqual(result.status_code, 200)
        self.assertEqual(result.headers['x-y'], 'z')
        self.assertIsNone(result.final_url)
        self.assertIs(result.content_was_truncated, False)
        request, = server.requests
        self.assertEqual((request.method, request.target),
                         ('GET', '/path?a=b'))
        fields = dict(request.fields)
        self.assertEqual(fields['Host'], 'localhost:%d' % server.port)
        self.assertEqual(fields['Accept-Encoding'], 'gzip')
        self.assertNotIn('Content-Length', fields)

    def test_plain_http(self):
        server = self.serve(respond(b'words'))
        self.assertEqual(urlfetch.fetch(server.url()).content, b'words')

    def test_status_is_no_error(self):
        server = self.serve(respond(b'gone', '404 Not Found'))
        result = urlfetch.fetch(server.url())
        self.assertEqual((result.status_code, result.content), (404, b'gone'))

    def test_headers(self):
        server = self.serve(respond(fields=[
            ('Set-Cookie', 'a=1'), ('Content-Type', 'text/plain'),
            ('set-cookie', 'b=2')]))
        result = urlfetch.fetch(server.url())
        headers = result.headers
        self.assertEqual(headers['SET-COOKIE'], 'a=1, b=2')
        self.assertEqual(headers.get('content-type'), 'text/plain')
        self.assertIn('CONTENT-type', headers)
        self.assertTrue(headers.has_key('Content-Type'))
        self.assertIsNone(headers.get('none'))
        self.assertEqual(dict(headers)['Content-Type'], 'text/plain')
        headers['CONTENT-TYPE'] = 'x'
        self.assertEqual(len(headers), 3)
        del headers['content-type']
        self.assertNotIn('Content-Type', headers)
        message = result.header_msg
        self.assertEqual(message.getheaders('set-cookie'), ['a=1', 'b=2'])
        self.assertEqual(message.getheader('Content-Type'), 'text/plain')
        self.assertIsNone(message.getheader('none'))

    def test_gzip(self):
        text = b'words ' * 1000
        fields = [('Content-Encoding', 'gzip')]
        server = self.serve(respond(compressed(text), fields=fields))
        result = urlfetch.fetch(server.url())
        self.assertEqual(result.content, text)
        self.assertNotIn('content-encoding', result.headers)
        self.assertEqual(result.headers['content-length'], '6000')
        # Who asks for it gets it as it is.
        result = urlfetch.fetch(server.url(),
                                headers={'accept-encoding': 'gzip'})
        self.assertEqual(result.content, compressed(text))
        self.assertEqual(result.headers['content-encoding'], 'gzip')
        names = [name for name, _ in server.requests[1].fields]
        self.assertEqual(names.count('Accept-Encoding') +
                         names.count('accept-encoding'), 1)

    def test_gzip_of_several_members(self):
        server = self.serve(respond(
            compressed(b'one') + compressed(b'two'),
            fields=[('Content-Encoding', 'gzip')]))
        self.assertEqual(urlfetch.fetch(server.url()).content, b'onetwo')

    def test_head(self):
        server = self.serve(respond(
            fields=[('Content-Length', '10'), ('Content-Encoding', 'gzip')],
            length=False))
        result = urlfetch.fetch(server.url(), method='HEAD')
        self.assertEqual(result.content, b'')
        self.assertEqual(result.headers['content-length'], '10')
        self.assertEqual(result.headers['content-encoding'], 'gzip')


class RequestTest(FetchTest):

    def sent(self, *args, **kwargs):
        server = self.serve(respond())
        urlfetch.fetch(server.url(), *args, **kwargs)
        return server.requests[0]

    def test_methods(self):
        for name in 'GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH':
            number = getattr(urlfetch, name)
            for method in name, name.lower(), number:
                request = self.sent(b'data', method)
                self.assertEqual(request.method, name)
                expected = b'data' if name in ('POST', 'PUT', 'PATCH') else b''
                self.assertEqual(request.body, expected)
        for method in 'TRACE', 'CONNECT', 'GET /x', 7, 0, None, [], '':
            self.assert_fails(urlfetch.InvalidMethodError, 'http://x.test/',
                              method=method)

    def test_payload(self):
        request = self.sent(u'\xfc', urlfetch.POST)
        self.assertEqual(request.body, b'\xc3\xbc')
        self.assertEqual(dict(request.fields)['Content-Type'],
                         'application/x-www-form-urlencoded')
        request = self.sent('a', 'POST', {'content-type': 'text/plain'})
        self.assertNotIn('Content-Type', dict(request.fields))
        self.assertEqual(dict(self.sent(method='POST').fields)
                         ['Content-Length'], '0')
        with self.assertRaises(TypeError):
            self.sent({'a': 'b'}, 'POST')
        self.assert_fails(urlfetch.PayloadTooLargeError, 'http://x.test/',
                          b'x' * ((10 << 20) + 1), 'POST')

    def test_forbidden_headers(self):
        log = Log()
        logger = logging.getLogger('airlock.urlfetch')
        logger.addHandler(log)
        self.addCleanup(logger.removeHandler, log)
        forbidden = ('Content-Length', 'HOST', 'Vary', 'via', 'X-Forwarded-For',
                     'X-ProxyUser-IP', 'Transfer-Encoding', 'Connection',
                     'Proxy-Authorization', 'Expect')
        request = self.sent(b'data', 'POST', dict(
            [(name, '99') for name in forbidden], Kept='1', Number=5))
        fields = dict(request.fields)
        self.assertNotIn('99', fields.values())
        self.assertEqual((fields['Kept'], fields['Number']), ('1', '5'))
        self.assertEqual(fields['Content-Length'], '4')
        line, = log.lines
        for name in forbidden:
            self.assertIn(name, line)
        self.assertNotIn('99', line)

    def test_header_injection(self):
        for name, value in (
                ('X', 'a\r\nHost: evil.test'), ('X', 'a\nb'), ('X', 'a\rb'),
                ('X', 'a\0b'), ('X', 'end\r\n'), ('X', 'end\n'), ('X\n', 'a'),
                ('X\r\nY', 'a'), ('X Y', 'a'), ('X:', 'a'), ('', 'a'),
                ('X', None), ('X', b'a\r\nb'), ('X', u'a\u0100'),
                (u'\u0100', 'a')):
            error = self.assert_fails(
                urlfetch_errors.InvalidHeaderError, 'http://x.test/',
                headers={name: value})
            self.assertIsInstance(error, ValueError)
            self.assertNotIn('evil', str(error))

    def test_urls(self):
        for url in (
                '', 'x', '/x', 'ftp://x.test/', 'file:///etc/passwd',
                'http:x.test', 'http://', 'http:///x', 'http://:80/',
                'https://user@x.test/', 'https://@x.test/',
                'http://x.test:0/', 'http://x.test:65536/',
                'http://x.test:22/', 'http://x.test:a/', 'http://x.test:/\r\n',
                'http://x.test/a b', ' http://x.test/', 'http://x.test/\n',
                'http://x.test/ HTTP/1.1\r\nX: y', 'http://x.test\\@y.test/',
                'http://127.1/', 'http://0x7f.0.0.1/', 'http://2130706433/',
                'http://[::1/', 'http://[127.0.0.1]/', 'http://[::1%25lo]/',
                'http://a..b/', 'http://' + 'x' * 64 + '.test/',
                'http://x.test/' + 'x' * 2048, None, 5, b'http://\xff/'):
            self.assert_fails(urlfetch.InvalidURLError, url)

    def test_user_in_a_url(self):
        for url in ('https://user:hunter@x.test/',
                    'https://user:hun/ter@x.test/',
                    b'https://user:hunter@x.test/',
                    'https://a:hunter@ x.test/', 'ftp://user:hunter@x.test/',
                    ['https://a:hunter@x.test'],
                    'https://x:hunter@' + 'x' * 2048):
            error = self.assert_fails(urlfetch.InvalidURLError, url)
            self.assertNotIn('hun', str(error))
            self.assertNotIn('ter@', str(error))
        error = self.assert_fails(urlfetch.InvalidURLError,
                                  'https://user:hunter@x.test/')
        self.assertIn('Authorization', str(error))
        # A valid URL has none: the whole is shown.
        url = self.serve(redirect('/')).url('/path@x')
        error = self.assert_fails(urlfetch.TooManyRedirectsError, url)
        self.assertIn(url, str(error))

    def test_what_a_url_may_contain(self):
        server = self.serve(respond())
        for path, target in (('', '/'), ('?q', '/?q'), (u'/\xfc', '/%C3%BC'),
                             ('/%41{}|', '/%41%7B%7D%7C')):
            urlfetch.fetch(server.url(path))
            self.assertEqual(server.requests[-1].target, target)
        urlfetch.fetch(server.url('/', 'LOCALHOST').encode('ascii'))
        self.assertEqual(dict(server.requests[-1].fields)['Host'],
                         'localhost:%d' % server.port)
        urlfetch.fetch(server.url('/', '127.0.0.1'))

    def test_deadlines_that_are_none(self):
        for deadline in 0, -1, float('nan'), float('inf'):
            with self.assertRaises(ValueError):
                urlfetch.fetch('http://x.test/', deadline=deadline)
        for value in 'False', '', 2:
            with self.assertRaises(TypeError):
                urlfetch.fetch('http://x.test/', validate_certificate=value)

    def test_own_page(self):
        self.set_environment(HTTP_HOST='app.test', PATH_INFO='/page')
        self.assert_fails(urlfetch.InvalidURLError, 'http://app.test/page?x')


class RpcTest(FetchTest):

    def test_result(self):
        server = self.serve(respond(b'words'))
        rpc = urlfetch.create_rpc(deadline=SECONDS)
        self.assertEqual((rpc.service, rpc.method, rpc.state),
                         ('urlfetch', None, 0))
        self.assertIs(urlfetch.make_fetch_call(rpc, server.url()), rpc)
        self.assertEqual(rpc.get_result().content, b'words')
        self.assertEqual((rpc.method, rpc.state, rpc.deadline),
                         ('Fetch', 2, SECONDS))
        rpc.check_success()
        with self.assertRaises(AssertionError):
            urlfetch.make_fetch_call(rpc, server.url())
        with self.assertRaises(AssertionError):
            urlfetch.create_rpc().wait()

    def test_errors(self):
        rpc = urlfetch.create_rpc()
        with self.assertRaises(urlfetch.InvalidURLError):
            urlfetch.make_fetch_call(rpc, 'nothing')
        self.assertEqual(rpc.state, 0)
        server = self.serve(respond(length=False))
        server.close()
        urlfetch.make_fetch_call(rpc, server.url())
        rpc.wait()
        for method in rpc.check_success, rpc.get_result, rpc.get_result:
            with self.assertRaises(urlfetch.DownloadError):
                method()

    def test_callback(self):
        server = self.serve(respond(b'words'))
        called = []
        rpc = urlfetch.create_rpc(SECONDS)
        rpc.callback = lambda: called.append(
            (threading.current_thread(), rpc.get_result().content))
        urlfetch.make_fetch_call(rpc, server.url())
        rpc.wait()
        rpc.wait()
        self.assertEqual(called, [(threading.current_thread(), b'words')])

    def test_no_thread(self):
        from airlock import _urlfetch_rpc

        def fail(*arguments):
            raise RuntimeError("can't start new thread")

        start, _urlfetch_rpc._start = _urlfetch_rpc._start, fail
        self.addCleanup(setattr, _urlfetch_rpc, '_start', start)
        rpc = urlfetch.make_fetch_call(urlfetch.create_rpc(), 'http://x.test/')
        with self.assertRaises(urlfetch.InternalTransientError):
            rpc.get_result()

    def test_many_at_once(self):
        servers = [self.serve(respond(b'%d' % n if str is not bytes else
                                      str(n))) for n in range(3)]
        rpcs = []
        for n in range(30):
            rpc = urlfetch.create_rpc(SECONDS)
            rpc.expected = str(n % 3).encode()
            rpcs.append(urlfetch.make_fetch_call(rpc, servers[n % 3].url()))
        urlfetch_rpc = type(rpcs[0])
        urlfetch_rpc.wait_all(rpcs)
        for rpc in rpcs:
            self.assertEqual(rpc.get_result().content, rpc.expected)

    def test_wait_any(self):
        slow, fast = self.serve(silence), self.serve(respond())
        rpcs = [urlfetch.make_fetch_call(urlfetch.create_rpc(SECONDS),
                                         server.url())
                for server in (slow, fast)]
        self.assertIs(type(rpcs[0]).wait_any(rpcs), rpcs[1])
        self.assertIsNone(type(rpcs[0]).wait_any([]))

    def test_default_deadline_is_the_thread_s(self):
        self.assertEqual(urlfetch.get_default_fetch_deadline(), SECONDS)
        self.assertEqual(urlfetch.create_rpc().deadline, SECONDS)
        seen = []
        thread = threading.Thread(target=lambda: seen.append(
            urlfetch.create_rpc().deadline))
        thread.start()
        thread.join()
        self.assertEqual(seen, [None])


class ErrorsTest(unittest.TestCase):

    def test_base_classes(self):
        for names, base in (
                ('DownloadError InvalidURLError InternalTransientError '
                 'ResponseTooLargeError InvalidMethodError '
                 'SSLCertificateError InvalidHeaderError', 'Error'),
                ('MalformedReplyError TooManyRedirectsError TLSError '
                 'ConnectionClosedError DNSLookupFailedError '
                 'DeadlineExceededError', 'DownloadError'),
                ('PayloadTooLargeError', 'InvalidURLError')):
            for name in names.split():
                self.assertIs(getattr(urlfetch, name).__bases__[0],
                              getattr(urlfetch, base))
                self.assertIs(getattr(urlfetch, name),
                              getattr(urlfetch_errors, name))
        self.assertFalse(issubclass(urlfetch.SSLCertificateError,
                                    urlfetch.DownloadError))


@unittest.skipIf(sys.version_info[0] == 2, 'cannot read stubs')
class StubTest(unittest.TestCase):

    def test_says_what_the_modules_have(self):
        import ast
        import inspect
        for module in urlfetch, urlfetch_errors:
            with open(module.__file__ + 'i') as file:
                nodes = ast.parse(file.read()).body
            named = set()
            for node in nodes:
                if isinstance(node, ast.ImportFrom):
                    named.update(alias.asname for alias in node.names)
                elif isinstance(node, ast.AnnAssign):
                    named.add(node.target.id)
                elif hasattr(node, 'name'):
                    named.add(node.name)
                if isinstance(node, ast.FunctionDef):
                    actual = getattr(module, node.name)
                    self.assertEqual([each.arg for each in node.args.args],
                                     list(inspect.signature(actual).parameters))
                elif isinstance(node, ast.ClassDef):
                    self.assertEqual([base.id for base in node.bases], [
                        base.__name__ for base in
                        getattr(module, node.name).__bases__
                        if base is not object])
            named -= {None, '_TlsDetail'}
            self.assertEqual(named, set(module.__all__))


if __name__ == '__main__':
    unittest.main()
