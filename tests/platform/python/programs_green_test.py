# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""TLS in eventlet, gevent, httpx and anyio: both ends in one process.

For pytest, by judge_programs.py: with the stock ssl and with Airlock's. Each
library replaces or wraps parts of `ssl` in its own way.
"""
import os
import subprocess
import sys
import textwrap
import unittest

CERTS = os.path.abspath(os.environ['TEST_CERTS'])

_HEAD = '''
import os
CERTS = os.environ['TEST_CERTS']
def cert(name):
    return os.path.join(CERTS, name)
CHAIN, KEY = cert('server_p256_chain.pem'), cert('server_p256.key')
ROOT, OTHER = cert('root.pem'), cert('other_root.pem')
'''


class Programs(unittest.TestCase):

    def run_program(self, text):
        """In its own process: some of these patch the whole library."""
        process = subprocess.run(
            [sys.executable, '-c', _HEAD + textwrap.dedent(text)],
            env=dict(os.environ, TEST_CERTS=CERTS),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
            check=False)
        said = process.stdout.decode('utf-8', 'replace')
        self.assertEqual(process.returncode, 0, said)
        self.assertTrue(said.endswith('done\n'), said)


class EventletTest(Programs):

    def test_wsgi(self):
        self.run_program('''
            import eventlet, eventlet.wsgi
            from eventlet.green import ssl
            from eventlet.green.urllib import request

            def site(environ, start_response):
                body = environ['wsgi.input'].read()
                start_response('200 OK', [('Content-Type', 'text/plain')])
                return [environ['wsgi.url_scheme'].encode(), body]

            server = eventlet.wrap_ssl(
                eventlet.listen(('127.0.0.1', 0)), certfile=CHAIN,
                keyfile=KEY, server_side=True)
            eventlet.spawn(eventlet.wsgi.server, server, site, log_output=False)
            url = 'https://localhost:%d/' % server.getsockname()[1]
            context = ssl.create_default_context(cafile=ROOT)
            for body in (b'', b'x' * 300000):
                with eventlet.Timeout(30):
                    with request.urlopen(url, data=body or None,
                                         context=context) as answer:
                        assert answer.read() == b'https' + body
            try:
                request.urlopen(url, context=ssl.create_default_context(
                    cafile=OTHER))
                raise AssertionError('trusts another')
            except request.URLError as error:
                assert isinstance(error.reason, ssl.SSLCertVerificationError)
            print('done')
        ''')

    def test_many_at_once(self):
        self.run_program('''
            import eventlet
            from eventlet.green import socket, ssl

            def echo(connection):
                while True:
                    data = connection.recv(4096)
                    if not data:
                        break
                    connection.sendall(data)
                connection.close()

            listener = eventlet.wrap_ssl(
                eventlet.listen(('127.0.0.1', 0)), certfile=CHAIN,
                keyfile=KEY, server_side=True)
            port = listener.getsockname()[1]
            eventlet.spawn(eventlet.serve, listener, lambda c, _: echo(c))

            def talk(number):
                context = ssl.create_default_context(cafile=ROOT)
                plain = socket.create_connection(('127.0.0.1', port))
                tls = context.wrap_socket(plain, server_hostname='localhost')
                said = (b'%d' % number) * 5000
                tls.sendall(said)
                got = b''
                while len(got) < len(said):
                    got += tls.recv(9999)
                tls.close()
                return got == said

            with eventlet.Timeout(40):
                pool = eventlet.GreenPool(20)
                assert all(pool.imap(talk, range(20)))
            print('done')
        ''')

    def test_timeout(self):
        self.run_program('''
            import eventlet
            from eventlet.green import socket, ssl

            listener = eventlet.listen(('127.0.0.1', 0))
            plain = socket.create_connection(listener.getsockname())
            plain.settimeout(0.05)
            context = ssl.create_default_context(cafile=ROOT)
            try:
                with eventlet.Timeout(30):
                    context.wrap_socket(plain, server_hostname='localhost')
                raise AssertionError('the handshake ended without a peer')
            except (socket.timeout, ssl.SSLError) as error:
                assert 'timed out' in str(error), error
            print('done')
        ''')

    def test_websocket(self):
        self.run_program('''
            import base64, os
            import eventlet, eventlet.websocket, eventlet.wsgi
            from eventlet.green import socket, ssl

            @eventlet.websocket.WebSocketWSGI
            def site(ws):
                while True:
                    message = ws.wait()
                    if message is None:
                        break
                    ws.send(message)

            server = eventlet.wrap_ssl(
                eventlet.listen(('127.0.0.1', 0)), certfile=CHAIN,
                keyfile=KEY, server_side=True)
            eventlet.spawn(eventlet.wsgi.server, server, site, log_output=False)
            context = ssl.create_default_context(cafile=ROOT)
            with eventlet.Timeout(30):
                tls = context.wrap_socket(
                    socket.create_connection(server.getsockname()),
                    server_hostname='localhost')
                tls.sendall(b'GET / HTTP/1.1\\r\\nHost: localhost\\r\\n'
                            b'Upgrade: websocket\\r\\nConnection: Upgrade\\r\\n'
                            b'Sec-WebSocket-Key: ' +
                            base64.b64encode(os.urandom(16)) +
                            b'\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n')
                stream = tls.makefile('rb')
                assert b'101' in stream.readline()
                while stream.readline().strip():
                    pass
                tls.sendall(b'\\x81\\x85\\0\\0\\0\\0hello')
                assert stream.read(7) == b'\\x81\\x05hello'
            print('done')
        ''')


class GeventTest(Programs):

    def test_wsgi(self):
        self.run_program('''
            from gevent import monkey
            monkey.patch_all()
            import gevent, ssl
            from gevent.pywsgi import WSGIServer
            from urllib import request

            def site(environ, start_response):
                body = environ['wsgi.input'].read()
                start_response('200 OK', [('Content-Type', 'text/plain')])
                return [body]

            server = WSGIServer(('127.0.0.1', 0), site, log=None,
                                keyfile=KEY, certfile=CHAIN)
            server.start()
            url = 'https://localhost:%d/' % server.server_port
            context = ssl.create_default_context(cafile=ROOT)

            def fetch(number):
                body = (b'%d' % number) * 50000
                with request.urlopen(url, data=body, context=context) as page:
                    return page.read() == body

            with gevent.Timeout(40):
                jobs = [gevent.spawn(fetch, n) for n in range(10)]
                assert all(job.get() for job in jobs)
            try:
                request.urlopen(url, context=ssl.create_default_context(
                    cafile=OTHER))
                raise AssertionError('trusts another')
            except request.URLError as error:
                assert isinstance(error.reason, ssl.SSLCertVerificationError)
            server.stop()
            print('done')
        ''')

    def test_timeout(self):
        self.run_program('''
            from gevent import monkey
            monkey.patch_all()
            import socket, ssl
            listener = socket.create_server(('127.0.0.1', 0))
            plain = socket.create_connection(listener.getsockname())
            plain.settimeout(0.05)
            context = ssl.create_default_context(cafile=ROOT)
            try:
                context.wrap_socket(plain, server_hostname='localhost')
                raise AssertionError('the handshake ended without a peer')
            except socket.timeout:
                print('done')
        ''')


class GreenletTest(Programs):

    def test_callbacks_that_switch(self):
        # The first one that enters a callback is the first one that leaves it.
        self.run_program('''
            import gc, ssl
            import greenlet

            main = greenlet.getcurrent()

            class Server:
                def __init__(self):
                    self.names = []
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(CHAIN, KEY)
                    context.sni_callback = self.choose
                    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
                    self.client = ssl.create_default_context(
                        cafile=ROOT).wrap_bio(into, out,
                                              server_hostname='localhost')
                    self.tls = context.wrap_bio(out, into, server_side=True)
                    self.shake(self.client)
                    self.thread = greenlet.greenlet(
                        lambda: self.shake(self.tls))

                def choose(self, tls, name, context):
                    main.switch()
                    self.names.append(name)
                    tls.context = context

                def shake(self, end):
                    try:
                        end.do_handshake()
                    except ssl.SSLWantReadError:
                        pass

                def finish(self):
                    self.client.do_handshake()
                    self.tls.do_handshake()
                    self.tls.write(b'hello')
                    assert self.client.read(5) == b'hello'
                    assert self.names == ['localhost'], self.names

            for _ in range(20):
                servers = [Server() for _ in range(3)]
                for server in servers:
                    server.thread.switch()
                while servers:
                    server = servers.pop(0)
                    server.thread.switch()
                    server.finish()
                    del server
                    gc.collect()
            print('done')
        ''')


class HttpxTest(Programs):

    def test_httpx(self):
        self.run_program('''
            import asyncio, http.server, ssl, threading
            import httpx

            class Site(http.server.BaseHTTPRequestHandler):
                protocol_version = 'HTTP/1.1'
                def do_POST(self):
                    body = self.rfile.read(int(self.headers['Content-Length']))
                    self.send_response(200)
                    self.send_header('Content-Length', str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def log_message(self, *_):
                    pass

            server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Site)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CHAIN, KEY)
            server.socket = context.wrap_socket(server.socket,
                                                server_side=True)
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            url = 'https://localhost:%d/' % server.server_port
            body = b'x' * 200000
            with httpx.Client(verify=ROOT, trust_env=False) as client:
                for _ in range(3):
                    assert client.post(url, content=body).content == body
            try:
                httpx.post(url, content=body, verify=OTHER, trust_env=False)
                raise AssertionError('trusts another')
            except httpx.ConnectError as error:
                assert 'CERTIFICATE_VERIFY_FAILED' in str(error)

            async def fetch():
                async with httpx.AsyncClient(verify=ROOT,
                                             trust_env=False) as client:
                    answers = await asyncio.gather(*[
                        client.post(url, content=body) for _ in range(5)])
                    assert all(a.content == body for a in answers)
            asyncio.run(fetch())
            print('done')
        ''')


class AnyioTest(Programs):

    def check(self, backend):
        self.run_program('''
            import ssl
            import anyio
            from anyio.streams.tls import TLSListener, TLSStream

            async def echo(stream):
                async with stream:
                    async for data in stream:
                        await stream.send(data)

            async def main():
                ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                ours.load_cert_chain(CHAIN, KEY)
                plain = await anyio.create_tcp_listener(
                    local_host='127.0.0.1')
                listener = TLSListener(plain, ours)
                port = plain.extra(
                    anyio.abc.SocketAttribute.local_port)
                async with anyio.create_task_group() as group:
                    group.start_soon(listener.serve, echo)
                    for standard in (True, False):
                        stream = await anyio.connect_tcp(
                            'localhost', port, tls=True,
                            ssl_context=ssl.create_default_context(
                                cafile=ROOT),
                            tls_standard_compatible=standard)
                        said = b'y' * 100000
                        got = b''
                        await stream.send(said)
                        while len(got) < len(said):
                            got += await stream.receive()
                        assert got == said
                        await stream.aclose()
                    group.cancel_scope.cancel()

            anyio.run(main, backend=%r)
            print('done')
        '''  % backend)

    def test_asyncio(self):
        self.check('asyncio')

    def test_trio(self):
        self.check('trio')
