# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""airlock.urlfetch: whom it trusts, and whom it tells what.

usage: PYTHON urlfetch_tls_test.py CERTS
"""
import os
import socket
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from urlfetch_server import (CERTS, SECONDS, FetchTest, cert, read_head,
                             redirect, respond, urlfetch)

SECRETS = {'Authorization': 'Basic c2VjcmV0', 'cookie': 'id=secret',
           'X-Api-Key': 'secret', 'Accept': 'text/plain'}
REFUSED = urlfetch.SSLCertificateError
HERE = os.path.dirname(os.path.abspath(__file__))


def run(code, *arguments, **environment):
    """What a process of its own prints, with its errors."""
    code = ('import sys\nfrom airlock import urlfetch\n'
            'def fetch(**options):\n'
            '    try:\n'
            '        print(urlfetch.fetch(sys.argv[1], deadline=60, '
            '**options).content)\n'
            '    except urlfetch.Error as error:\n'
            '        print(type(error).__name__, str(error))\n' + code)
    process = subprocess.Popen(
        [sys.executable, '-c', code] + list(arguments),
        env=dict(os.environ, **environment), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    return process.communicate()[0].decode()


class TrustTest(FetchTest):

    def refusal(self, certificate, host='localhost', **options):
        """The error, from a server that must not see a request."""
        server = self.serve_tls(respond(), certificate=certificate)
        error = self.assert_fails(REFUSED, server.url(host=host), **options)
        self.assertEqual(server.requests, [])
        self.assertEqual(error.host, host)
        self.assertIn(server.url(host=host), str(error))
        return error

    def test_by_default_and_by_request(self):
        for asked in None, True:
            error = self.refusal('server_other', validate_certificate=asked)
            self.assertEqual(error.verify_code, 20)
            self.assertIn('issuer', error.verify_message)
            self.assertEqual(error.reason, 'CERTIFICATE_VERIFY_FAILED')
            self.assertEqual(error.library, 'SSL')
            self.assertIsInstance(error.ssl_error, ssl.SSLError)
            self.assertIn('Airlock Test Other Root', str(error))

    def test_expired(self):
        error = self.refusal('expired')
        self.assertEqual(error.verify_code, 10)
        self.assertIn('2011-01-01', str(error))

    def test_another_name(self):
        error = self.refusal('wrong_host')
        self.assertEqual(error.verify_code, 62)
        self.assertIn('elsewhere.test', str(error))

    def test_another_address(self):
        error = self.refusal('wrong_host', '127.0.0.1')
        self.assertEqual(error.verify_code, 64)

    def test_address(self):
        server = self.serve_tls(respond(b'words'))
        result = urlfetch.fetch(server.url(host='127.0.0.1'))
        self.assertEqual(result.content, b'words')

    def test_name_with_a_final_dot(self):
        server = self.serve_tls(respond(b'words'))
        look_up = socket.getaddrinfo
        self.addCleanup(setattr, socket, 'getaddrinfo', look_up)
        socket.getaddrinfo = lambda host, *args: look_up('127.0.0.1', *args)
        self.assertEqual(urlfetch.fetch(server.url(host='server.test.'))
                         .content, b'words')

    def test_not_validated(self):
        for certificate in 'server_other', 'expired', 'wrong_host':
            server = self.serve_tls(respond(b'words'), certificate=certificate)
            result = urlfetch.fetch(server.url(), validate_certificate=False)
            self.assertEqual(result.content, b'words')

    def test_not_validated_is_explicit(self):
        # The log does not say that somebody forgot it.
        server = self.serve_tls(respond(), certificate='server_other')
        for call in ('urlfetch.fetch(sys.argv[1], deadline=60, '
                     'validate_certificate=False)',
                     'rpc = urlfetch.create_rpc(60)\n'
                     'urlfetch.make_fetch_call(rpc, sys.argv[1], '
                     'validate_certificate=False)\nrpc.get_result()'):
            self.assertEqual(run(call, server.url()), '')
        self.assertEqual(len(server.requests), 2)

    def test_in_a_thread(self):
        server = self.serve_tls(respond(), certificate='server_other')
        rpc = urlfetch.make_fetch_call(urlfetch.create_rpc(), server.url())
        with self.assertRaises(REFUSED):
            rpc.get_result()

    def test_policy(self):
        for policy, expected in (('off', 'words'), ('default', 'words'),
                                 ('enforce', 'SSLCertificateError')):
            server = self.serve_tls(respond(b'words'),
                                    certificate='server_other')
            said = run('fetch(validate_certificate=False)', server.url(),
                       AIRLOCK_VERIFY=policy)
            self.assertIn(expected, said)
            if policy == 'enforce':
                self.assertIn('AIRLOCK_VERIFY=enforce', said)
                self.assertEqual(server.requests, [])
        server = self.serve_tls(respond(b'words'))
        self.assertIn('words', run('fetch()', server.url(),
                                   AIRLOCK_VERIFY='enforce'))

    def test_missing_bundle(self):
        # A bundle that is missing, damaged or empty is not a warning.
        for name in 'missing.pem', 'ca_truncated.pem', 'ca_no_certs.pem':
            server = self.serve_tls(respond())
            said = run('fetch()', server.url(), SSL_CERT_FILE=cert(name),
                       SSL_CERT_DIR=os.path.join(CERTS, 'missing'))
            self.assertIn('SSLCertificateError', said)
            self.assertIn(name, said)
            self.assertEqual((server.requests, server.errors[1:]), ([], []))

    def test_other_failures_of_tls(self):
        def old(context):
            if hasattr(ssl, 'TLSVersion'):
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1_1
            else:
                context.options |= ssl.OP_NO_TLSv1_2 | getattr(
                    ssl, 'OP_NO_TLSv1_3', 0)

        def authenticate(context):
            context.load_verify_locations(cert('root.pem'))
            context.verify_mode = ssl.CERT_REQUIRED

        for change in old, authenticate:
            server = self.serve_tls(respond(), change=change)
            error = self.assert_fails(urlfetch.TLSError, server.url())
            self.assertIsNone(error.verify_code)
            self.assertEqual(error.host, 'localhost')
            self.assertTrue(error.reason, error)

    def test_protocol_is_http(self):
        server = self.serve_tls(
            lambda connection, request, server: respond(
                connection.selected_alpn_protocol().encode())(
                    connection, request, server),
            change=lambda context: context.set_alpn_protocols(
                ['h2', 'http/1.1']))
        self.assertEqual(urlfetch.fetch(server.url()).content, b'http/1.1')


class RedirectTest(FetchTest):

    def names(self, request):
        return {name.lower() for name, _ in request.fields}

    def follow(self, status, method, payload=b'data'):
        server = self.serve_tls(redirect('/next?x#y', status), respond(b'ok'))
        result = urlfetch.fetch(server.url('/first'), payload, method,
                                headers=SECRETS)
        self.assertEqual(result.final_url, server.url('/next?x#y'))
        self.assertEqual(server.requests[1].target, '/next?x')
        return server.requests[1]

    def test_methods(self):
        for status in '301 x', '302 x', '303 x', '307 x', '308 x':
            for method in 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE':
                code = status[:3]
                to_get = (method not in ('GET', 'HEAD') if code == '303' else
                          method == 'POST' and code in ('301', '302'))
                request = self.follow(status, method)
                self.assertEqual(request.method, 'GET' if to_get else method)
                has_body = method in ('POST', 'PUT', 'PATCH') and not to_get
                self.assertEqual(request.body, b'data' if has_body else b'')
                self.assertEqual('content-length' in self.names(request),
                                 has_body)
                self.assertEqual('content-type' in self.names(request),
                                 has_body and method == 'POST')
                # The same origin.
                self.assertIn('authorization', self.names(request))

    def test_not_followed(self):
        server = self.serve(redirect('/next'))
        result = urlfetch.fetch(server.url(), follow_redirects=False)
        self.assertEqual((result.status_code, result.headers['location']),
                         (302, '/next'))
        self.assertIsNone(result.final_url)
        for status in '300 x', '304 x', '305 x', '306 x':
            server = self.serve(redirect('/next', status))
            self.assertEqual(urlfetch.fetch(server.url()).status_code,
                             int(status[:3]))
        server = self.serve(respond(status='302 Found'))
        self.assertEqual(urlfetch.fetch(server.url()).status_code, 302)

    def test_five(self):
        answers = [redirect('/%d' % n) for n in range(5)]
        server = self.serve(*(answers + [respond(b'ok')]))
        self.assertEqual(urlfetch.fetch(server.url()).content, b'ok')

    def test_secrets_stay_with_their_origin(self):
        for serve, host in ((self.serve_tls, 'localhost'),
                            (self.serve, 'localhost'),
                            (self.serve, '127.0.0.1')):
            target = serve(redirect('/again', '307 x'), respond(b'ok'))
            for status in '302 x', '308 x':
                source = self.serve(redirect(target.url('/', host), status))
                result = urlfetch.fetch(source.url(), b'data', 'POST', SECRETS)
                self.assertEqual(result.status_code, 200)
                self.assertTrue({'authorization', 'cookie', 'x-api-key'} <=
                                self.names(source.requests[0]))
            for request in target.requests:
                self.assertNotIn('secret', str(request.fields))
                self.assertNotIn('c2VjcmV0', str(request.fields))
                self.assertIn('accept', self.names(request))

    def test_never_back(self):
        # Another origin's redirect to the first gets no secrets back.
        first = self.serve(lambda *args: answers.pop(0)(*args))
        second = self.serve(redirect(first.url('/end')))
        answers = [redirect(second.url()), respond(b'ok')]
        urlfetch.fetch(first.url(), headers=SECRETS)
        self.assertNotIn('authorization', self.names(first.requests[1]))

    def test_refused(self):
        plain = self.serve(respond())
        for location in (plain.url(), 'ftp://x.test/', 'file:///etc/passwd',
                         'https://user:pass@localhost/', 'javascript:1',
                         'http://x.test:22/', '//[', '/a b', '//x.test:22/',
                         '', 'https://localhost:22/', 'https:x', '///x'):
            server = self.serve_tls(redirect(location), respond())
            error = self.assert_fails(urlfetch.DownloadError, server.url(),
                                      headers=SECRETS)
            self.assertIn('port 22' if ':22' in location and
                          'http:' not in location else 'redirects to',
                          str(error))
            self.assertEqual(len(server.requests), 1)
        self.assertEqual(plain.connections, 0)

    def test_from_http_to_https(self):
        target = self.serve_tls(respond(b'ok'))
        source = self.serve(redirect(target.url()))
        result = urlfetch.fetch(source.url())
        self.assertEqual((result.content, result.final_url),
                         (b'ok', target.url()))

    def test_verified_too(self):
        target = self.serve_tls(respond(), certificate='server_other')
        source = self.serve_tls(redirect(target.url()))
        self.assert_fails(REFUSED, source.url())
        self.assertEqual(target.requests, [])


class Proxy(object):
    """An answer: passes tunnels on to a server, whatever they ask for."""

    def __init__(self, target, reply=b'HTTP/1.1 200 Connected\r\n\r\n'):
        self.heads = []
        self._port, self._reply = target.port, reply

    def __call__(self, connection, request, server):
        self.heads.append(read_head(connection).decode())
        connection.sendall(self._reply)
        if b' 200 ' not in self._reply:
            return
        far = socket.create_connection(('127.0.0.1', self._port), SECONDS)
        back = threading.Thread(target=self._pump, args=(far, connection))
        back.daemon = True
        back.start()
        self._pump(connection, far)
        back.join(SECONDS)
        far.close()

    @staticmethod
    def _pump(source, sink):
        try:
            try:
                data = source.recv(65536)
                while data:
                    sink.sendall(data)
                    data = source.recv(65536)
            finally:
                sink.shutdown(socket.SHUT_WR)
        except socket.error:
            pass


class ProxyTest(FetchTest):

    def through(self, target, **options):
        answer = Proxy(target, **options)
        proxy = self.serve(answer, shake=False)
        self.set_environment(
            HTTPS_PROXY='http://us%%65r:p%%3Aw@localhost:%d/' % proxy.port)
        return answer

    def test_tunnel(self):
        target = self.serve_tls(respond(b'words'))
        proxy = self.through(target)
        # The proxy looks the name up, not this process.
        result = urlfetch.fetch(target.url(host='server.test'),
                                headers=SECRETS)
        self.assertEqual(result.content, b'words')
        lines = proxy.heads[0].split('\r\n')
        self.assertEqual(lines[0], 'CONNECT server.test:%d HTTP/1.1'
                         % target.port)
        self.assertIn('Proxy-Authorization: Basic dXNlcjpwOnc=', lines)
        self.assertNotIn('secret', proxy.heads[0])
        self.assertNotIn('proxy-authorization',
                         str(target.requests[0].fields).lower())

    def test_name_of_the_target(self):
        target = self.serve_tls(respond())
        self.through(target)
        error = self.assert_fails(REFUSED, target.url(host='other.test'))
        self.assertEqual((error.host, error.verify_code), ('other.test', 62))
        self.assertEqual(target.requests, [])

    def test_refused(self):
        target = self.serve_tls(respond())
        for reply, words in (
                (b'HTTP/1.1 407 No\r\n\r\n', 'status 407'),
                (b'HTTP/1.1 302 x\r\nLocation: http://evil.test/\r\n\r\n',
                 'status 302'),
                (b'what\r\n', 'not the first line'),
                (b'HTTP/1.1 200 x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nfake',
                 'data before the server did'),
                (b'', 'ended')):
            self.through(target, reply=reply)
            try:
                urlfetch.fetch(target.url(host='server.test'))
                self.fail(reply)
            except urlfetch.DownloadError as error:
                self.assertIn(words, str(error))
                self.assertNotIn('p:w', str(error))
        self.assertEqual(target.requests, [])

    def test_exceptions(self):
        target = self.serve_tls(respond(b'words'))
        for exceptions in ('localhost', 'x.test, LOCALHOST', '*', '.localhost',
                           'localhost:%d' % target.port):
            self.set_environment(HTTPS_PROXY='http://x.test:1',
                                 NO_PROXY=exceptions)
            self.assertEqual(urlfetch.fetch(target.url()).content, b'words')
        for exceptions in ('ocalhost', 'x.localhost', 'localhost:1', ''):
            self.set_environment(HTTPS_PROXY='nonsense://',
                                 NO_PROXY=exceptions)
            error = self.assert_fails(urlfetch.DownloadError, target.url())
            self.assertIn('HTTPS_PROXY', str(error))

    def test_invalid_proxies(self):
        for value in ('https://user:word@x.test:80', 'socks5://x.test:80',
                      'http://', 'http://user:word@x.test:80/path',
                      'http://user:word@x.test:99999'):
            self.set_environment(https_proxy=value)
            error = self.assert_fails(urlfetch.DownloadError,
                                      'https://x.test/')
            self.assertIn('https_proxy is not a proxy', str(error))
            self.assertNotIn('word', str(error))

    def test_plain_http(self):
        server = self.serve(respond(b'words'))
        # A request's header Proxy becomes HTTP_PROXY in CGI.
        self.set_environment(HTTP_PROXY='http://x.test:1',
                             HTTPS_PROXY='http://x.test:1')
        self.assertEqual(urlfetch.fetch(server.url()).content, b'words')
        self.set_environment(http_proxy='localhost:%d' % server.port)
        urlfetch.fetch('http://x.test/path?q')
        self.assertEqual(server.requests[1].target, 'http://x.test/path?q')
        self.assertEqual(dict(server.requests[1].fields)['Host'], 'x.test')


if __name__ == '__main__':
    unittest.main()
