# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Servers for the tests of airlock.urlfetch, which answer as they are told.

It takes the first argument, the folder of testdata's certificates. Clients in
this process trust root.pem.
"""
import collections
import os
import socket
import sys
import threading
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))


def cert(name):
    return os.path.join(CERTS, name)


for name in list(os.environ):
    if name.lower().endswith('_proxy') or name.startswith('AIRLOCK_'):
        del os.environ[name]
os.environ['SSL_CERT_FILE'] = cert('root.pem')

from airlock import urlfetch
import ssl

# After this time, it hangs. (The default, 5 seconds, is short on a busy
# machine.)
SECONDS = 60
urlfetch.set_default_fetch_deadline(SECONDS)

Request = collections.namedtuple('Request', 'method target fields body')


def read_head(connection):
    head = b''
    while not head.endswith(b'\r\n\r\n'):
        byte = connection.recv(1)
        if not byte:
            return None
        head += byte
    return head


def read_request(connection):
    """The next Request, or None at the end."""
    head = read_head(connection)
    if head is None:
        return None
    lines = head.decode('latin-1').split('\r\n')[:-2]
    method, target, _ = lines[0].split(' ')
    fields = [tuple(line.split(': ', 1)) for line in lines[1:]]
    size = int(dict(fields).get('Content-Length', 0))
    body = b''
    while len(body) < size:
        piece = connection.recv(65536)
        if not piece:
            return None
        body += piece
    return Request(method, target, fields, body)


def respond(body=b'', status='200 OK', fields=(), length=True):
    """An answer: a whole response."""
    lines = ['HTTP/1.1 ' + status] + ['%s: %s' % field for field in fields]
    if length:
        lines.append('Content-Length: %d' % len(body))
    text = '\r\n'.join(lines + ['', '']).encode('latin-1')
    return raw(text + body)


def redirect(location, status='302 Found'):
    return respond(status=status, fields=[('Location', location)])


def raw(data):
    """An answer: these bytes."""
    return lambda connection, request, server: connection.sendall(data)


def forever(*pieces):
    """An answer: the first, then the others over and over."""
    def answer(connection, request, server):
        connection.sendall(pieces[0])
        while not server.stopped.is_set():
            connection.sendall(b''.join(pieces[1:]) * 100)
    return answer


def drip(data):
    """An answer: a byte now and then, over and over."""
    def answer(connection, request, server):
        while not server.stopped.is_set():
            for index in range(len(data)):
                connection.sendall(data[index:index + 1])
                if server.stopped.wait(0.02):
                    return
    return answer


def silence(connection, request, server):
    """An answer: none."""
    server.stopped.wait(SECONDS)


class Server(object):
    """Serves connections at `port` of localhost, until close().

    Args:
      *answers: function(connection, request, server) for each connection; the
        last is for all further ones.
      certificate: such as 'server_p256_chain'; None for http:.
      shake: whether the handshake is made and a request read; otherwise the
        answer gets the plain connection, and None.

    Fields:
      requests: what was read so far.
      connections: how many were accepted.
      errors: of handshakes.
      stopped: an Event; set by close().
    """

    def __init__(self, *answers, **options):
        self._answers = list(answers)
        self.requests, self.errors = [], []
        self.connections = 0
        self.stopped = threading.Event()
        self._shake = options.get('shake', True)
        certificate = options.get('certificate')
        self._context = None
        if certificate:
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._context.load_cert_chain(
                cert(certificate + '.pem'),
                cert(certificate.replace('_chain', '') + '.key'))
            options.get('change', lambda context: None)(self._context)
        self._listener = socket.socket()
        self._listener.bind(('127.0.0.1', 0))
        self._listener.listen(20)
        self.port = self._listener.getsockname()[1]
        self._threads = []
        self._spawn(self._accept)

    def url(self, path='/', host='localhost'):
        return 'http%s://%s:%d%s' % ('s' if self._context else '', host,
                                     self.port, path)

    def _spawn(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments)
        thread.daemon = True
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except socket.error:
                return
            if self.stopped.is_set():
                connection.close()
                return
            self.connections += 1
            answer = self._answers[0]
            del self._answers[:len(self._answers) > 1]
            self._spawn(self._serve, connection, answer)
            # In 2.7 a socket is open as long as anything refers to it.
            del connection

    def _serve(self, connection, answer):
        try:
            connection.settimeout(SECONDS)
            request = None
            if self._shake:
                if self._context:
                    connection = self.shake(connection)
                request = read_request(connection)
                if request is None:
                    return
                self.requests.append(request)
            answer(connection, request, self)
            if self._shake and self._context:
                connection.unwrap()
            else:
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1)
        except (ssl.SSLError, socket.error, ValueError) as error:
            self.errors.append(error)
        finally:
            connection.close()

    def shake(self, connection):
        """The TLS connection."""
        return self._context.wrap_socket(connection, server_side=True)

    def close(self):
        self.stopped.set()
        try:
            socket.create_connection(('127.0.0.1', self.port), 5).close()
        except socket.error:
            pass
        self._threads[0].join(SECONDS)
        self._listener.close()
        for thread in self._threads[1:]:
            thread.join(SECONDS)


class FetchTest(unittest.TestCase):
    """What the tests share."""

    def serve(self, *answers, **options):
        server = Server(*answers, **options)
        self.addCleanup(server.close)
        return server

    def serve_tls(self, *answers, **options):
        options.setdefault('certificate', 'server_p256_chain')
        return self.serve(*answers, **options)

    def set_environment(self, **variables):
        for name, value in variables.items():
            self.addCleanup(os.environ.pop, name, None)
            os.environ[name] = value

    def assert_fails(self, kind, *args, **kwargs):
        """The error, of exactly this class."""
        try:
            result = urlfetch.fetch(*args, **kwargs)
        except urlfetch.Error as error:
            self.assertIs(type(error), kind, error)
            return error
        self.fail('fetched: %r %r' % (result.status_code, result.content[:80]))
