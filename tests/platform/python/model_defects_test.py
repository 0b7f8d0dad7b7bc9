# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Defects of older TLS libraries that `ssl` over Airlock does not share.

usage: PYTHON model_defects_test.py CERTS

The drop-in, and the clients and servers of the standard library over it.
docs/howto/https-programming.md lists the defects, and the tests of the other
layers.
"""
import gc
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))
for name in list(os.environ):
    if name.lower().endswith('_proxy') or name.startswith('AIRLOCK_'):
        del os.environ[name]
os.environ['SSL_CERT_FILE'] = os.path.join(CERTS, 'root.pem')

from airlock import urlfetch
import ssl

try:
    import http.client as http_client
    import http.server as http_server
    import urllib.request as urllib_request
except ImportError:
    import BaseHTTPServer as http_server
    import httplib as http_client
    import urllib2 as urllib_request

# After this time, it hangs.
SECONDS = 60
# The protocol versions, as options that leave only one.
VERSIONS = (('TLSv1.2', getattr(ssl, 'OP_NO_TLSv1_3', 0)),
            ('TLSv1.3', ssl.OP_NO_TLSv1_2))


def cert(name):
    return os.path.join(CERTS, name)


def client_context(cafile=None):
    return ssl.create_default_context(cafile=cafile or cert('root.pem'))


def server_context(name='server_p256', chain='_chain'):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert(name + chain + '.pem'), cert(name + '.key'))
    return context


def accept_all():
    context = client_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Page(http_server.BaseHTTPRequestHandler):
    """Says which client certificate it got."""

    def do_GET(self):
        body = repr(self.connection.getpeercert()).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class DefectTest(unittest.TestCase):

    if not hasattr(unittest.TestCase, 'assertRegex'):
        assertRegex = unittest.TestCase.assertRegexpMatches

    def serve(self, context):
        """The port of a server whose accept() shakes hands."""
        server = http_server.HTTPServer(('127.0.0.1', 0), Page)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever,
                                  kwargs={'poll_interval': 0.02})
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def listen(self):
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind(('127.0.0.1', 0))
        listener.listen(5)
        listener.settimeout(SECONDS)
        return listener

    def connect(self, port, context=None, **options):
        plain = socket.create_connection(('127.0.0.1', port), SECONDS)
        try:
            tls = (context or client_context()).wrap_socket(
                plain, server_hostname='localhost', **options)
        except Exception:
            plain.close()
            raise
        self.addCleanup(tls.close)
        return tls

    def get(self, port, context=None):
        connection = http_client.HTTPSConnection(
            'localhost', port, timeout=SECONDS,
            context=context or client_context())
        connection.request('GET', '/')
        body = connection.getresponse().read()
        connection.close()
        return body

    def spawn(self, function, *arguments):
        """Runs it in a thread that the test waits for."""
        thread = threading.Thread(target=function, args=arguments)
        thread.start()
        self.addCleanup(thread.join)

    def folder(self):
        result = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, result)
        return result

    def openssl(self, *arguments):
        """The port of openssl s_server."""
        process = subprocess.Popen(
            ['openssl', 's_server', '-accept', '127.0.0.1:0', '-naccept', '1',
             '-cert', cert('server_p256.pem'), '-key', cert('server_p256.key'),
             '-cert_chain', cert('server_p256_chain.pem')] + list(arguments),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)

        def stop():
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.addCleanup(stop)
        for line in iter(process.stdout.readline, b''):
            found = re.search(br'ACCEPT 127\.0\.0\.1:(\d+)', line)
            if found:
                return int(found.group(1))
        self.fail('openssl s_server does not start')


class VerificationTest(DefectTest):

    def test_a_context_weakens_no_other(self):
        port = self.serve(server_context('server_other', ''))
        strict = client_context()

        def refused():
            with self.assertRaises(ssl.SSLError) as caught:
                self.get(port, strict)
            self.assertIn('CERTIFICATE_VERIFY_FAILED', str(caught.exception))
        refused()
        begun = self.connect(port, strict, do_handshake_on_connect=False)
        lax = accept_all()
        with self.assertRaises(ssl.SSLError):
            begun.do_handshake()
        begun.close()
        self.assertTrue(self.get(port, lax))
        refused()
        url = 'https://localhost:%d/' % port
        self.assertEqual(urlfetch.fetch(
            url, validate_certificate=False, deadline=SECONDS).status_code, 200)
        with self.assertRaises(urlfetch.SSLCertificateError):
            urlfetch.fetch(url, deadline=SECONDS)
        refused()

    CONNECT = """if True:
        import socket, ssl, sys
        plain = socket.create_connection(('127.0.0.1', int(sys.argv[3])), 60)
        ssl.create_default_context(cafile=sys.argv[1]).wrap_socket(
            plain, server_hostname=sys.argv[2])
    """

    def test_names(self):
        """Of a certificate that the client trusts."""
        folder = self.folder()
        certificate = os.path.join(folder, 'own.pem')
        key = os.path.join(folder, 'own.key')
        for names, host in (('DNS:*', 'localhost'),
                            ('DNS:*.com', 'example.com'),
                            ('DNS:.|localhost', 'localhost'),
                            ('DNS:l*', 'localhost'),
                            ('DNS:*.com,DNS:a.example', 'b.com'),
                            (None, 'localhost')):
            subject = '/CN=' + ('*' if names is None else 'own')
            more = ['-addext', 'subjectAltName=' + names] if names else []
            subprocess.check_output(
                ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out',
                 certificate, '-days', '2', '-subj', subject] + more,
                stderr=subprocess.STDOUT)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate, key)
            port = self.serve(context)
            for policy in ('off', 'default'):
                process = subprocess.Popen(
                    [sys.executable, '-c', self.CONNECT, certificate, host,
                     str(port)], stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env=dict(os.environ, AIRLOCK_VERIFY=policy))
                said = process.communicate()[0].decode()
                self.assertNotEqual(process.returncode, 0, (names, policy))
                self.assertRegex(said, r'Error: .*(match|mismatch|malformed)')

    def test_a_missing_bundle_is_an_error(self):
        missing = os.path.join(self.folder(), 'missing.pem')
        port = self.serve(server_context())
        empty = ssl.SSLContext(ssl.PROTOCOL_TLS)
        empty.verify_mode = ssl.CERT_REQUIRED
        empty.load_verify_locations(capath=missing)
        for load in (lambda: client_context(missing),
                     lambda: client_context().load_verify_locations(missing),
                     lambda: self.connect(port, empty),
                     lambda: client_context().load_cert_chain(missing)):
            with self.assertRaises(EnvironmentError):
                load()
        code = ('import ssl, sys\n'
                '%s\n'
                'urlopen("https://localhost:%d/", timeout=60)\n'
                % ('from urllib2 import urlopen' if sys.version_info[0] == 2
                   else 'from urllib.request import urlopen', port))
        for bundle, status in ((missing, 1), (cert('root.pem'), 0)):
            process = subprocess.Popen(
                [sys.executable, '-c', code], stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(os.environ, SSL_CERT_FILE=bundle,
                         SSL_CERT_DIR=os.path.dirname(missing)))
            said = process.communicate()[0].decode()
            self.assertEqual(process.returncode, status, said)
            self.assertEqual('missing.pem' in said, bool(status), said)


class SessionTest(DefectTest):

    @unittest.skipUnless(hasattr(ssl, 'SSLSession'), 'Python 3.6')
    def test_a_session_outlives_its_connection(self):
        port = self.serve(server_context())
        for version, option in VERSIONS:
            context = client_context()
            context.options |= option
            first = self.connect(port, context)
            first.sendall(b'GET / HTTP/1.0\r\n\r\n')
            self.assertTrue(first.recv(1))
            session = first.session
            first.close()
            del first, self._cleanups[-1:]
            gc.collect()
            again = self.connect(port, context, session=session)
            self.assertEqual((again.session_reused, again.version()),
                             (True, version))
            again.close()
            del again, self._cleanups[-1:]
            gc.collect()
            self.assertTrue(session.id)
            self.assertGreater(session.timeout, 0)

    def test_extended_master_secret(self):
        """RFC 7627, as openssl saw it, whatever the options say."""
        said = b'Extended master secret: yes'
        context = client_context()
        context.options |= ssl.OP_ALL | 1
        for get in (
                lambda port: self.get(port, context),
                lambda port: urllib_request.urlopen(
                    'https://localhost:%d/' % port, timeout=SECONDS,
                    context=context).read(),
                lambda port: urlfetch.fetch('https://localhost:%d/' % port,
                                            deadline=SECONDS).content):
            self.assertIn(said, get(self.openssl('-www', '-tls1_2')))
        server = server_context()
        server.options |= ssl.OP_ALL | 1
        port = self.serve(server)
        process = subprocess.Popen(
            ['openssl', 's_client', '-connect', '127.0.0.1:%d' % port,
             '-tls1_2', '-ign_eof'], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertIn(said, process.communicate(
            b'GET / HTTP/1.0\r\n\r\n')[0])


class EndTest(DefectTest):

    def test_truncation(self):
        def cut_off(listener):
            plain, _ = listener.accept()
            tls = server_context().wrap_socket(plain, server_side=True)
            tls.recv(1000)
            tls.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf')
            tls.close()  # Without close_notify.

        for length in True, False:
            listener = self.listen()
            self.spawn(cut_off, listener)
            port = listener.getsockname()[1]
            if length:
                with self.assertRaises(http_client.IncompleteRead):
                    self.get(port)
                continue
            tls = self.connect(port, suppress_ragged_eofs=False)
            tls.sendall(b'x')
            with self.assertRaises(ssl.SSLEOFError
                                   if hasattr(ssl, 'SSLEOFError') else
                                   ssl.SSLError):
                while tls.recv(1000):
                    pass

    def test_close_closes(self):
        port = self.serve(server_context())
        tls = self.connect(port)
        descriptor = tls.fileno()
        tls.close()
        with self.assertRaises(OSError):
            os.fstat(descriptor)

    def test_a_failed_handshake_closes(self):
        port = self.serve(server_context('server_other', ''))

        def fail():
            with self.assertRaises(ssl.SSLError):
                self.get(port)
        fail()
        gc.collect()
        before = len(os.listdir('/proc/self/fd'))
        for _ in range(10):
            fail()
        gc.collect()
        # The server's end of the last one may still be open.
        self.assertLess(len(os.listdir('/proc/self/fd')), before + 5)


class ServerTest(DefectTest):

    def test_failed_handshakes_end_nothing(self):
        """Even where accept() shakes hands, as in the oldest examples."""
        port = self.serve(server_context())
        for data in b'', b'GET / HTTP/1.0\r\n\r\n', b'\x16\x03\x01\xff\xff':
            plain = socket.create_connection(('127.0.0.1', port), SECONDS)
            plain.sendall(data)
            plain.close()
            with self.assertRaises(ssl.SSLError):
                self.get(port, client_context(cert('other_root.pem')))
            self.assertTrue(self.get(port))

    def test_an_idle_client_stalls_no_one(self):
        """With do_handshake_on_connect=False, accept() returns at once."""
        context = server_context()
        listener = context.wrap_socket(self.listen(), server_side=True,
                                       do_handshake_on_connect=False)
        self.addCleanup(listener.close)
        port = listener.getsockname()[1]
        idle = socket.create_connection(('127.0.0.1', port), SECONDS)
        self.addCleanup(idle.close)
        begin = time.time()
        first, _ = listener.accept()
        self.addCleanup(first.close)
        first.settimeout(0.05)
        with self.assertRaises((ssl.SSLError, socket.timeout)):
            first.do_handshake()
        self.assertLess(time.time() - begin, SECONDS / 2)
        self.spawn(self.connect, port)
        second, _ = listener.accept()
        self.addCleanup(second.close)
        second.settimeout(SECONDS)
        second.do_handshake()


class ClientTest(DefectTest):

    def test_timeout(self):
        listener = self.listen()
        port = listener.getsockname()[1]
        connection = http_client.HTTPSConnection('localhost', port,
                                                 timeout=0.05)
        with self.assertRaises((ssl.SSLError, socket.timeout)):
            connection.request('GET', '/')
        connection.close()
        with self.assertRaises(urlfetch.DeadlineExceededError):
            urlfetch.fetch('https://localhost:%d/' % port, deadline=0.05)

    def test_tickets_are_no_data(self):
        """A client that does not block, and waits for data with select()."""
        def serve(listener):
            plain, _ = listener.accept()
            tls = server_context().wrap_socket(plain, server_side=True)
            tls.sendall(tls.recv(1000))
            tls.recv(1)
            tls.close()

        for version, option in VERSIONS:
            listener = self.listen()
            self.spawn(serve, listener)
            context = client_context()
            context.options |= option
            tls = self.connect(listener.getsockname()[1], context)
            self.assertEqual(tls.version(), version)
            tls.setblocking(False)
            # It reads first, as an event loop does: tickets may be there.
            with self.assertRaises(ssl.SSLWantReadError):
                tls.recv(1000)
            self.assertEqual(tls.pending(), 0)
            self.assertEqual(tls.send(b'hello'), 5)
            received, rounds = b'', 0
            while received != b'hello':
                rounds += 1
                self.assertLess(rounds, 5, 'it spins')
                self.assertTrue(select.select([tls], [], [], SECONDS)[0],
                                'it hangs')
                try:
                    received += tls.recv(1000)
                except ssl.SSLWantReadError:
                    pass
            tls.close()

    def test_nothing_is_ignored(self):
        context = server_context()
        context.load_verify_locations(cert('root.pem'))
        context.verify_mode = ssl.CERT_REQUIRED
        port = self.serve(context)
        files = {'cert_file': cert('client_p256.pem'),
                 'key_file': cert('client_p256.key')}

        def get(**options):
            connection = http_client.HTTPSConnection('localhost', port,
                                                     timeout=SECONDS, **options)
            try:
                connection.request('GET', '/')
                return connection.getresponse().read()
            finally:
                connection.close()
        own = client_context()
        own.load_cert_chain(files['cert_file'], files['key_file'])
        self.assertIn(b'Airlock Test Client', get(context=own))
        self.assertIn(b'Airlock Test Client', urllib_request.urlopen(
            'https://localhost:%d/' % port, context=own,
            timeout=SECONDS).read())
        if sys.version_info >= (3, 12):
            with self.assertRaises(TypeError):
                get(**files)
        else:
            self.assertIn(b'Airlock Test Client', get(**files))
            with self.assertRaises(EnvironmentError):
                get(cert_file='missing.pem', key_file='missing.key')
        with self.assertRaises(Exception):
            get(context=client_context())


if __name__ == '__main__':
    unittest.main()
