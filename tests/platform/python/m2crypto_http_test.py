# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""httpslib, m2urllib2 and m2xmlrpclib of airlock.m2crypto.

usage: PYTHON m2crypto_http_test.py CERTS
"""
import http.server
import os
import socket
import socketserver
import ssl
import sys
import threading
import unittest
import urllib.error
import urllib.request
import xmlrpc.server

import m2crypto_peers as peers
from m2crypto_peers import cert

peers.CERTS = os.path.abspath(sys.argv.pop(1))

from airlock.m2crypto import (SSL, ftpslib, httpslib, m2urllib, m2urllib2,
                              m2xmlrpclib)

VERIFY = SSL.verify_peer | SSL.verify_fail_if_no_peer_cert


def context(cafile='ca.pem'):
    result = SSL.Context()
    result.load_verify_locations(cert(cafile))
    result.set_verify(VERIFY, 9)
    return result


class Handler(http.server.BaseHTTPRequestHandler):
    """Tells what was asked; paths that begin with /to/ redirect."""

    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers),
                                 self.connection.getpeercert(True)))
        target = self.server.redirects.get(self.path)
        body = b'body of ' + self.path.encode()
        self.send_response(302 if target else 200)
        if target:
            self.send_header('Location', target)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class HttpsServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def __init__(self, context, handler=Handler):
        self.seen, self.redirects = [], {}
        super().__init__(('127.0.0.1', 0), handler)
        self.context = context

    def finish_request(self, request, client_address):
        request.settimeout(peers.SECONDS)
        with self.context.wrap_socket(request, server_side=True) as tls:
            super().finish_request(tls, client_address)

    def handle_error(self, request, client_address):
        pass


class Proxy:
    """A CONNECT proxy for one connection to localhost; `head` is what it was
    sent."""

    def __init__(self, answer=b'HTTP/1.1 200 OK\r\n\r\n'):
        self.head = b''
        self._answer = answer
        self._listener = socket.create_server(('127.0.0.1', 0))
        self._listener.settimeout(peers.SECONDS)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        with self._listener:
            client, _ = self._listener.accept()
        with client:
            client.settimeout(peers.SECONDS)
            while b'\r\n\r\n' not in self.head:
                self.head += client.recv(1000)
            client.sendall(self._answer)
            if b' 200 ' not in self._answer:
                return
            port = int(self.head.split(b' ')[1].rpartition(b':')[2])
            with socket.create_connection(('127.0.0.1', port)) as server:
                back = threading.Thread(target=self._copy,
                                        args=(server, client))
                back.start()
                self._copy(client, server)
                back.join()

    @staticmethod
    def _copy(source, target):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._thread.join(peers.SECONDS)


class HttpTest(unittest.TestCase):

    def serve(self, name='server_p256_chain', key='server_p256',
              handler=Handler, client_ca=None):
        native = peers.server_context(name, key)
        if client_ca:
            native.load_verify_locations(cert(client_ca))
            native.verify_mode = ssl.CERT_REQUIRED
        server = HttpsServer(native, handler)
        serving = peers.serving(server)
        server.port = serving.__enter__()
        self.addCleanup(serving.__exit__, None, None, None)
        server.url = 'https://localhost:%d/' % server.port
        return server


class ConnectionTest(HttpTest):

    def test_get(self):
        server = self.serve()
        connection = httpslib.HTTPSConnection('localhost', server.port,
                                              ssl_context=context())
        for path in ('/one', '/two'):
            connection.request('GET', path)
            response = connection.getresponse()
            self.assertEqual((response.status, response.read()),
                             (200, b'body of ' + path.encode()))
        session = connection.get_session()
        descriptor = connection.sock.fileno()
        connection.close()
        with self.assertRaises(OSError):
            os.fstat(descriptor)
        self.assertGreater(session.get_time(), 0)

    def test_resumption(self):
        server = self.serve()
        ctx = context()
        session = None
        for expected in (False, True):
            connection = httpslib.HTTPSConnection('localhost', server.port,
                                                  ssl_context=ctx)
            if session is not None:
                connection.set_session(session)
            connection.request('GET', '/')
            connection.getresponse().read()
            self.assertEqual(connection.sock.session_reused(), expected)
            session = connection.get_session()
            connection.close()

    def test_verifies(self):
        for name, error in (('self_signed', SSL.SSLError),
                            ('wrong_host', SSL.Checker.WrongHost)):
            server = self.serve(name, name)
            connection = httpslib.HTTPSConnection('localhost', server.port,
                                                  ssl_context=context())
            with self.assertRaises(error):
                connection.request('GET', '/')
            self.assertIsNone(connection.sock)
            self.assertEqual(server.seen, [])

    def test_timeout(self):
        self.assertEqual(httpslib.HTTPSConnection('localhost').timeout, 60)
        before = httpslib.DEFAULT_TIMEOUT
        self.addCleanup(setattr, httpslib, 'DEFAULT_TIMEOUT', before)
        httpslib.DEFAULT_TIMEOUT = 0.05
        with socket.create_server(('127.0.0.1', 0)) as listener:
            port = listener.getsockname()[1]
            connection = httpslib.HTTPSConnection('localhost', port)
            with self.assertRaises(socket.timeout):
                connection.request('GET', '/')
            opener = m2urllib2.build_opener()
            with self.assertRaises((socket.timeout, urllib.error.URLError)):
                opener.open('https://localhost:%d/' % port)

    def test_client_certificate(self):
        server = self.serve(client_ca='ca.pem')
        own = peers.client_context()
        with open(cert('client_p256.pem')) as file:
            own = ssl.PEM_cert_to_DER_cert(
                '-----BEGIN' + file.read().partition('-----BEGIN')[2]
                .partition('-----END')[0] + '-----END CERTIFICATE-----\n')
        connection = httpslib.HTTPSConnection(
            'localhost', server.port, cert_file=cert('client_p256.pem'),
            key_file=cert('client_p256.key'))
        connection.ssl_ctx.load_verify_locations(cert('ca.pem'))
        connection.request('GET', '/')
        self.assertEqual(connection.getresponse().read(), b'body of /')
        connection.close()
        self.assertEqual(server.seen[0][2], own)

    def test_arguments(self):
        ctx = context()
        for name in ('ssl_context', 'context'):
            connection = httpslib.HTTPSConnection('localhost', **{name: ctx})
            self.assertIs(connection.ssl_ctx, ctx)
            with self.assertRaises(TypeError):
                httpslib.HTTPSConnection(
                    'localhost', **{name: ssl.create_default_context()})
        for arguments in ({'ssl_context': ctx, 'cert_file': 'x'},
                          {'ssl_context': ctx, 'key_file': 'x'},
                          {'ssl_context': ctx, 'context': ctx},
                          {'key_file': 'x'}, {'badKeyword': True}):
            with self.assertRaises(ValueError):
                httpslib.HTTPSConnection('localhost', **arguments)
        with self.assertRaises(SSL.SSLError):
            httpslib.HTTPSConnection('localhost', cert_file='nowhere.pem')
        for make in (m2urllib2.HTTPSHandler, m2urllib2.build_opener,
                     m2xmlrpclib.SSL_Transport):
            with self.assertRaises(TypeError):
                make(ssl.create_default_context())


class ProxyTest(HttpTest):

    def test_get(self):
        server = self.serve()
        with Proxy() as proxy:
            connection = httpslib.ProxyHTTPSConnection(
                'localhost', proxy.port, username='user', password=b'pass',
                ssl_context=context())
            connection.request('GET', server.url + 'x?y=z',
                               headers={'User-Agent': 'agent'})
            self.assertEqual(connection.getresponse().read(),
                             b'body of /x?y=z')
            connection.close()
        lines = proxy.head.decode().split('\r\n')
        self.assertTrue(lines[0].startswith('CONNECT localhost:%d HTTP/1.'
                                            % server.port), lines)
        self.assertIn('Proxy-Authorization: Basic dXNlcjpwYXNz', lines)
        self.assertIn('User-Agent: agent', lines)
        headers = server.seen[0][1]
        self.assertEqual(headers['Host'], 'localhost:%d' % server.port)
        self.assertNotIn('Proxy-Authorization', headers)

    def test_header_for_the_proxy(self):
        server = self.serve()
        with Proxy() as proxy:
            connection = httpslib.ProxyHTTPSConnection(
                'localhost', proxy.port, ssl_context=context())
            connection.request('GET', server.url, headers={
                'Proxy-Authorization': 'Basic secret'})
            connection.getresponse().read()
            connection.close()
        self.assertIn(b'Proxy-Authorization: Basic secret\r\n', proxy.head)
        self.assertNotIn('Proxy-Authorization', server.seen[0][1])

    def test_name_is_checked(self):
        for name, error in (('wrong_host', SSL.Checker.WrongHost),
                            ('self_signed', SSL.SSLError)):
            server = self.serve(name, name)
            with Proxy() as proxy:
                connection = httpslib.ProxyHTTPSConnection(
                    'localhost', proxy.port, ssl_context=context())
                with self.assertRaises(error):
                    connection.request('GET', server.url)
            self.assertEqual(server.seen, [])

    def test_refused(self):
        with Proxy(b'HTTP/1.1 407 No\r\n\r\n') as proxy:
            connection = httpslib.ProxyHTTPSConnection(
                'localhost', proxy.port, ssl_context=context())
            with self.assertRaisesRegex(OSError, '407'):
                connection.request('GET', 'https://localhost:1/')
        for url in ('/path', 'gopher://localhost/', 'https:///'):
            with self.assertRaises(ValueError):
                httpslib.ProxyHTTPSConnection('localhost', 1).request(
                    'GET', url)


class UrllibTest(HttpTest):

    def opener(self, *handlers):
        return m2urllib2.build_opener(context(), m2urllib2.ProxyHandler({}),
                                      *handlers)

    def test_get(self):
        server = self.serve()
        response = self.opener().open(server.url + 'a')
        self.assertEqual((response.code, response.read()),
                         (200, b'body of /a'))
        self.assertEqual(response.geturl(), server.url + 'a')

    def test_proxy(self):
        server = self.serve()
        with Proxy() as proxy:
            opener = m2urllib2.build_opener(context(), m2urllib2.ProxyHandler(
                {'https': 'http://localhost:%d' % proxy.port}))
            response = opener.open(server.url)
            self.assertEqual(response.read(), b'body of /')
            response.close()
        self.assertIn(b'CONNECT localhost:', proxy.head)

    def test_verifies(self):
        server = self.serve('self_signed', 'self_signed')
        with self.assertRaises((SSL.SSLError, urllib.error.URLError)):
            self.opener().open(server.url)

    def test_redirects(self):
        first, second = self.serve(), self.serve()
        first.redirects.update({'/same': first.url + 'x',
                                '/other': second.url + 'x',
                                '/plain': 'http://localhost:1/'})
        headers = {'Authorization': 'secret', 'Cookie': 'secret',
                   'X-Api-Key': 'secret'}
        harmless = {'Accept-Language': 'en'}
        for path, server, expected in (('same', first, 'secret'),
                                       ('other', second, None)):
            request = m2urllib2.Request(first.url + path,
                                        headers=dict(headers, **harmless))
            self.assertEqual(self.opener().open(request).read(), b'body of /x')
            for name in headers:
                self.assertEqual(server.seen[-1][1].get(name), expected)
            self.assertEqual(server.seen[-1][1].get('Accept-Language'), 'en')
        with self.assertRaisesRegex(urllib.error.HTTPError, 'not followed'):
            self.opener().open(first.url + 'plain')

    def test_handlers(self):
        server = self.serve()
        opener = self.opener(m2urllib2.HTTPBasicAuthHandler)
        opener.addheaders = [('X-Mine', 'yes')]
        opener.open(server.url).read()
        self.assertEqual(server.seen[0][1]['X-Mine'], 'yes')


@unittest.skipUnless(hasattr(urllib.request, 'FancyURLopener'),
                     'Python 3.13')
class UrlopenerTest(HttpTest):

    def opener(self, ctx=None):
        return m2urllib.FancyURLopener(ssl_context=ctx or context())

    def test_get(self):
        server = self.serve()
        self.assertEqual(self.opener().open(server.url + 'x').read(),
                         b'body of /x')

    def test_verifies(self):
        server = self.serve('wrong_host', 'wrong_host')
        with self.assertRaises((OSError, SSL.Checker.WrongHost)):
            self.opener().open(server.url)
        self.assertEqual(server.seen, [])
        with self.assertRaises(TypeError):
            self.opener(ssl.create_default_context())

    def test_redirects(self):
        first, second = self.serve(), self.serve()
        first.redirects.update({'/same': first.url + 'x',
                                '/other': second.url + 'x',
                                '/plain': 'http://localhost:1/'})
        for path, server, expected in (('same', first, 'secret'),
                                       ('other', second, None)):
            opener = self.opener()
            opener.addheader('Authorization', 'secret')
            opener.addheader('Accept-Language', 'en')
            self.assertEqual(opener.open(first.url + path).read(),
                             b'body of /x')
            headers = server.seen[-1][1]
            self.assertEqual((headers.get('Authorization'),
                              headers['Accept-Language']), (expected, 'en'))
            opener.open(first.url)
            self.assertEqual(first.seen[-1][1]['Authorization'], 'secret')
        with self.assertRaisesRegex(OSError, 'not followed'):
            self.opener().open(first.url + 'plain')


class FtpServer:
    """FTP over TLS for one client, with one file. `commands` is what it saw,
    and `reused` whether the connection for data resumed its session."""

    def __init__(self, context):
        self.commands, self.reused = [], None
        self._context = context
        self._listener = socket.create_server(('127.0.0.1', 0))
        self._listener.settimeout(peers.SECONDS)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        with self._listener:
            control, _ = self._listener.accept()
        control.settimeout(peers.SECONDS)
        try:
            self._serve(control)
        except OSError:
            pass

    def _serve(self, control):
        # What follows the answer to AUTH in the clear is an attack.
        answers = {'AUTH': b'234 go\r\n230 injected\r\n'}
        data = None
        control.sendall(b'220 hello\r\n')
        while True:
            line = b''
            while not line.endswith(b'\r\n'):
                byte = control.recv(1)
                if not byte:
                    return
                line += byte
            command = line.decode().split()[0]
            self.commands.append((command, control.version() if isinstance(
                control, ssl.SSLSocket) else None))
            if command == 'PASV':
                data = socket.create_server(('127.0.0.1', 0))
                data.settimeout(peers.SECONDS)
                control.sendall(b'227 (127,0,0,1,%d,%d)\r\n' % divmod(
                    data.getsockname()[1], 256))
            elif command == 'RETR':
                control.sendall(b'150 here\r\n')
                with data, data.accept()[0] as plain:
                    with self._context.wrap_socket(plain,
                                                   server_side=True) as tls:
                        self.reused = tls.session_reused
                        tls.sendall(b'the file')
                        tls.unwrap()
                control.sendall(b'226 done\r\n')
            else:
                control.sendall(answers.get(command, b'200 fine\r\n'))
            if command == 'AUTH':
                control = self._context.wrap_socket(control, server_side=True)
            elif command == 'QUIT':
                control.close()
                return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._thread.join(peers.SECONDS)


class FtpTest(unittest.TestCase):

    def test_retrieve(self):
        received = []
        with FtpServer(peers.server_context()) as server:
            ftp = ftpslib.FTP_TLS(ssl_ctx=context())
            ftp.connect('localhost', server.port)
            self.assertEqual(ftp.auth_tls(), '234 go')
            self.assertEqual(ftp.login('me', 'secret'), '200 fine')
            ftp.prot_p()
            ftp.retrbinary('RETR file', received.append)
            ftp.quit()
        self.assertEqual(b''.join(received), b'the file')
        self.assertTrue(server.reused)
        self.assertEqual([name for name, tls in server.commands if not tls],
                         ['AUTH'])

    def test_verifies(self):
        with FtpServer(peers.server_context('wrong_host',
                                            'wrong_host')) as server:
            ftp = ftpslib.FTP_TLS(ssl_ctx=context())
            ftp.connect('localhost', server.port)
            with self.assertRaises(SSL.Checker.WrongHost):
                ftp.auth_tls()
            ftp.close()
        self.assertEqual(server.commands, [('AUTH', None)])

    def test_arguments(self):
        with self.assertRaises(TypeError):
            ftpslib.FTP_TLS(ssl_ctx=ssl.create_default_context())
        ftp = ftpslib.FTP_TLS()
        self.assertEqual(ftp.timeout, 60)
        with self.assertRaises(NotImplementedError):
            ftp.auth_ssl()


class XmlRpcTest(HttpTest):

    def test_call(self):
        class Rpc(xmlrpc.server.SimpleXMLRPCRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                self.server.seen.append(dict(self.headers))
                super().do_POST()

        dispatcher = xmlrpc.server.SimpleXMLRPCDispatcher()
        dispatcher.register_function(lambda a, b: a + b, 'add')
        server = self.serve(handler=Rpc)
        server._marshaled_dispatch = dispatcher._marshaled_dispatch
        server._send_traceback_header = False
        server.logRequests = False
        proxy = m2xmlrpclib.ServerProxy(
            'https://user:pass@localhost:%d' % server.port,
            transport=m2xmlrpclib.SSL_Transport(context()))
        self.assertEqual(proxy.add(2, 3), 5)
        self.assertEqual(proxy.add(3, 4), 7)
        proxy('close')()
        self.assertEqual(server.seen[0]['Authorization'], 'Basic dXNlcjpwYXNz')
        self.assertTrue(server.seen[0]['User-Agent'].startswith(
            'M2Crypto_XMLRPC'))

    def test_verifies(self):
        server = self.serve('self_signed', 'self_signed')
        proxy = m2xmlrpclib.ServerProxy(
            'https://localhost:%d' % server.port,
            transport=m2xmlrpclib.SSL_Transport(context()))
        with self.assertRaises(SSL.SSLError) as caught:
            proxy.add(1, 1)
        self.assertEqual(caught.exception.verify_code, 18)


if __name__ == '__main__':
    unittest.main()
