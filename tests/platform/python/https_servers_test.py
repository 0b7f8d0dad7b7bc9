# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The servers of examples/python/https, against curl and openssl.

usage: PYTHON https_servers_test.py CERTS PROGRAM
"""
import json
import os
import re
import select
import signal
import socket
import ssl
import sys
import unittest

from https_peers import (ASYNC_SERVER, PROGRAMS, PYTHON2, SECONDS,
                         TLS_VERSIONS, Outcome, ProgramTest, cert, curl,
                         environment, read)

SERVERS = 'serve_threaded.py', 'serve_forking.py', ASYNC_SERVER
CLIENT = ('--cert', cert('client_p256.pem'), '--key', cert('client_p256.key'))
NAMES = [b'plain.txt', b'a b', b'<b>&"\'', b'line\nend', b'\xff\xfe', b'%2e%2e',
         b'javascript:alert(1)', u'\u202egpj'.encode('utf-8'), b'?q#f']


def connect(server, handshake=True):
    connection = socket.create_connection(('127.0.0.1', server.port), SECONDS)
    if not handshake:
        return connection
    context = ssl.create_default_context(cafile=cert('root.pem'))
    return context.wrap_socket(connection, server_hostname='localhost',
                               suppress_ragged_eofs=False)


def descriptors(server):
    return len(os.listdir('/proc/%d/fd' % server.process.pid))


def shown(server, *args):
    """What /_tls shows to curl."""
    return json.loads(curl(server.url + '_tls', *args).out)


class ServerTest(ProgramTest):
    """Each test is of each server."""

    def each(self, **options):
        for program in SERVERS:
            yield program, self.serve(program, **options)

    def test_pages(self):
        root = os.path.join(self.folder, 'root')
        os.mkdir(root)
        os.mkdir(os.path.join(root, 'folder'))
        for name in NAMES + [b'folder/inner', b'.hidden', b'../secret']:
            with open(os.path.join(os.fsencode(root) if not PYTHON2 else root,
                                   name), 'wb') as file:
                file.write(b'this is ' + name)
        os.symlink(os.path.join(self.folder, 'secret'),
                   os.path.join(root, 'link'))
        os.mkfifo(os.path.join(root, 'fifo'))
        self.write('root/big', b'0123456789' * 100000)
        self.write('root/empty', b'')
        for program, server in self.each(root=root):
            page = curl(server.url)
            self.assertEqual(page.status, 0, page.err)
            self.assertNotIn('<b>', page.out)
            self.assertNotIn('hidden', page.out)
            links = re.findall('href="/([^"]*)"', page.out)
            self.assertTrue(all(re.match(r'[\w.%/-]+$', link)
                                for link in links), links)
            urls = [server.url + link for link in links
                    if link not in ('_tls', 'folder', 'link', 'fifo', 'big',
                                    'empty')]
            self.assertEqual(len(urls), len(NAMES))
            pages = curl(urls[0], *urls[1:]).out
            self.assertEqual(
                sorted(pages.split('this is ')[1:]),
                sorted(name.decode('utf-8', 'replace') for name in NAMES))
            self.assertIn('href="/folder/inner"',
                          curl(server.url + 'folder').out)
            self.assertIn('inner', curl(server.url + 'folder/inner?x').out)
            self.assertEqual(len(curl(server.url + 'big').out), 1000000)
            self.assertEqual(curl(server.url + 'empty').out, '')
            head = curl(server.url + 'big', '--head').out
            self.assertIn('Content-Length: 1000000', head)
            bad = ['../secret', '%2e%2e/secret', 'folder/../../secret',
                   '/etc/passwd', '/' + self.folder + '/secret', '.hidden',
                   'link', 'fifo', 'plain.txt%00', 'plain.txt/x', 'no', '..']
            codes = curl(server.url + bad[0], '--output', '/dev/null',
                         '--write-out', '%{http_code} ',
                         *sum([[server.url + path, '--output', '/dev/null']
                               for path in bad[1:]], [])).out
            self.assertEqual(codes, '404 ' * len(bad), program)

    def test_the_view(self):
        for program, server in self.each():
            for version in TLS_VERSIONS:
                view = shown(server, '--tlsv' + version, '--tls-max', version)
                self.assertEqual(
                    (view['version'], view['sni'], view['alpn'],
                     view['client_certificate']),
                    ('TLSv' + version, 'localhost', 'http/1.1', None), program)
                self.assertTrue(view['cipher'])
                self.assertFalse(view['session_reused'])
            self.assertNotEqual(
                curl(server.url, '--tls-max', '1.1', '--ciphers',
                     'ALL:@SECLEVEL=0').status, 0)

    def test_posts(self):
        server = self.serve('serve_threaded.py')
        echo = server.url + '_echo'
        self.assertEqual(curl(echo, '--data', 'a=b').out, 'a=b')
        for args in ([server.url, '--data', 'x'],
                     [echo, '--data', 'x', '--header',
                      'Content-Length: 1048577'],
                     [echo, '--data', 'x', '--header',
                      'Transfer-Encoding: chunked']):
            self.assertIn('at most 1 MiB', curl(*args).out)

    def test_no_client_stalls_or_ends_it(self):
        for program, server in self.each(hasty=4):
            curl(server.url)
            before = descriptors(server)
            idle = connect(server, handshake=False)
            silent = connect(server)
            # Much longer than the deadline, less than any default.
            for end in idle, silent:
                end.settimeout(25)
            for text in (b'', b'GET / HTTP/1.1\r\n\r\n', b'\x16\x03\x01'):
                broken = connect(server, handshake=False)
                broken.sendall(text)
                broken.close()
            self.assertEqual(Outcome(  # It does not trust the server.
                ['curl', '--silent', server.url], env=environment()).status, 60)
            self.assertEqual(curl(server.url).status, 0, program)
            # Their deadline comes.
            self.assertEqual(idle.recv(100), b'')
            try:
                self.assertEqual(silent.recv(100), b'')
            except EnvironmentError as error:
                self.assertNotIn('timed out', str(error))
            idle.close()
            silent.close()
            self.assertEqual(curl(server.url).status, 0, program)
            for _ in range(200):  # It closes them soon.
                if descriptors(server) <= before:
                    break
                self.assertEqual(curl(server.url).status, 0, program)
            else:
                self.fail('%s keeps descriptors' % program)
            status, said = server.stop()
            self.assertEqual(status, 0, said)
            self.assertNotIn('Traceback', said)

    def test_it_stops_in_order(self):
        for program, server in self.each():
            idle = connect(server, handshake=False)
            silent = connect(server)
            self.assertTrue(curl(server.url).out)
            # They were served before the deadline of the idle one.
            self.assertFalse(select.select([idle], [], [], 0)[0], program)
            status, said = server.stop(signal.SIGTERM)
            self.assertEqual(silent.recv(100), b'', program)  # close_notify
            silent.close()
            idle.close()
            self.assertEqual(status, 0, said)
            self.assertNotIn('Traceback', said)
        server = self.serve('serve_threaded.py')
        self.assertEqual(server.stop(signal.SIGINT)[0], 0)

    def test_it_answers_before_it_stops(self):
        root = os.path.join(self.folder, 'root')
        os.mkdir(root)
        self.write('root/big', b'0123456789' * 1000000)
        for program, server in self.each(root=root):
            client = connect(server)
            client.sendall(b'GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n')
            page = client.recv(1000)
            server.process.send_signal(signal.SIGTERM)
            chunk = True
            while chunk:
                chunk = client.recv(1 << 20)
                page += chunk
            client.close()
            self.assertEqual(len(page.split(b'\r\n\r\n')[1]), 10000000, program)
            self.assertEqual(server.stop(None)[0], 0)


class StartTest(ProgramTest):

    def start(self, *args):
        return self.run_program('serve_threaded.py', *args)

    def test_what_it_refuses(self):
        chain = cert('server_p256_chain.pem')
        key = cert('server_p256.key')
        self.write('key.pem', read(key).encode())
        for args, word in (
                (['--cert', 'missing', '.'], 'missing'),
                (['--cert', chain, '--key', 'missing', '.'], 'missing'),
                (['--cert', chain, '--key', cert('server_rsa.key'), '.'],
                 'server_rsa.key'),
                (['--cert', chain, '--key', key, 'nowhere'], 'nowhere'),
                (['--cert', chain, '--key', 'key.pem', '.'],
                 'clients could get this key')):
            self.assert_failed(self.start('--port', '0', *args), word)
        self.assertEqual(self.start('.').status, 2)
        server = self.serve('serve_threaded.py')
        self.assert_failed(
            self.start('--cert', chain, '--key', key, '--port',
                       str(server.port), self.folder + '/..'), 'in use')

    def test_text(self):
        """With Airlock, the key is in no file."""
        args = '--cert', 'env:CERT', '--key', 'env:KEY'
        server = self.serve('serve_threaded.py', *args, root='.', variables={
            'CERT': read(cert('server_p256_chain.pem')),
            'KEY': read(cert('server_p256.key'))})
        self.assertEqual(curl(server.url).status, 0)


class ClientAuthTest(ProgramTest):

    def test_clients(self):
        server = self.serve('serve_client_auth.py', '--client-ca',
                            cert('root.pem'))
        view = shown(server, *CLIENT)
        self.assertEqual(view['client_certificate']['commonName'],
                         ['Airlock Test Client'])
        for args in ([], ['--cert', cert('client_other.pem'), '--key',
                          cert('client_other.key')],
                     ['--cert', cert('client_expired.pem'), '--key',
                      cert('client_expired.key')]):
            for version in TLS_VERSIONS:
                page = curl(server.url, '--tls-max', version, *args)
                self.assertNotEqual(page.status, 0)
                self.assertEqual(page.out, '')
        self.assertTrue(shown(server, *CLIENT))
        _, said = server.stop()
        self.assertEqual(said.count('GET'), 2)  # None came further.
        self.assertNotIn('Traceback', said)

    def test_names(self):
        for name, code in (('Airlock Test Client', '200'), ('Jane', '403')):
            server = self.serve('serve_client_auth.py', '--client-ca',
                                cert('root.pem'), '--allow', name)
            page = curl(server.url, '--write-out', '%{http_code}', *CLIENT)
            self.assertEqual(page.out[-3:], code)


class SessionTest(ProgramTest):

    def visit(self, server, version, *args):
        """What /_tls shows to openssl s_client."""
        request = (b'GET /_tls HTTP/1.1\r\nHost: localhost\r\n'
                   b'Connection: close\r\n\r\n')
        said = Outcome(
            ['openssl', 's_client', '-connect', '127.0.0.1:%d' % server.port,
             '-servername', 'localhost', '-CAfile', cert('root.pem'),
             '-verify_return_error', '-ign_eof', '-tls' +
             version.replace('.', '_')] + list(args), request)
        return json.loads(re.search(r'(?s)\{\n  ".*?\n\}', said.out).group())

    def reused(self, server, version, between=None):
        """Whether a second visit reuses the session of the first one."""
        path = os.path.join(self.folder, 'session')
        before = self.visit(server, version, '-sess_out', path)
        if between:
            between()
        after = self.visit(server, version, '-sess_in', path)
        seen = (after['handshakes_that_reused'] >
                before['handshakes_that_reused'])
        if not PYTHON2:
            self.assertFalse(before['session_reused'])
            return after['session_reused']
        return seen

    def test_it_reuses(self):
        for program in 'session_control.py', ASYNC_SERVER:
            server = self.serve(program)
            for version in TLS_VERSIONS:
                self.assertTrue(self.reused(server, version), version)

    def test_children_reuse(self):
        """Each connection of serve_forking.py has a process of its own."""
        path = os.path.join(self.folder, 'session')
        for stock in (False, True):
            server = self.serve('serve_forking.py', stock=stock)
            for version in TLS_VERSIONS:
                for option, word in (('-sess_out', '\nNew, '),
                                     ('-sess_in', '\nReused, ')):
                    said = Outcome(
                        ['openssl', 's_client', '-connect', '127.0.0.1:%d' %
                         server.port, '-ign_eof', '-tls' +
                         version.replace('.', '_'), option, path],
                        b'GET / HTTP/1.0\r\n\r\n')
                    self.assertIn(word, said.out, version)

    def test_it_does_not(self):
        off = self.serve('session_control.py', '--reuse', 'off')
        forgetful = self.serve('session_control.py')

        def forget():
            forgetful.process.send_signal(signal.SIGHUP)
            curl(forgetful.url)
        for version in TLS_VERSIONS:
            self.assertFalse(self.reused(off, version), version)
            self.assertFalse(self.reused(forgetful, version, forget), version)

    @unittest.skipUnless(hasattr(ssl.SSLContext, 'num_tickets'), 'Python 3.8')
    def test_no_tickets(self):
        server = self.serve('session_control.py', '--tickets', '0')
        self.assertFalse(self.visit(server, '1.3')['session_reused'])

    def test_a_renewed_certificate(self):
        def install(name, chain):
            for kind, source in ('key', name + '.key'), ('pem', chain):
                self.write('server.' + kind, read(cert(source)).encode())

        def served():
            connection = connect(server)
            subject = connection.getpeercert()['subject']
            connection.close()
            return dict(part[0] for part in subject)['commonName']
        install('server_p256', 'server_p256_chain.pem')
        server = self.serve('session_control.py', '--cert', 'server.pem',
                            '--key', 'server.key')
        install('server_rsa', 'server_rsa_chain.pem')
        self.assertEqual(served(), 'server_p256')
        server.process.send_signal(signal.SIGHUP)
        self.assertEqual(served(), 'server_rsa')
        self.write('server.key', b'broken')
        server.process.send_signal(signal.SIGHUP)
        self.assertEqual(served(), 'server_rsa')
        status, said = server.stop()
        self.assertEqual(status, 0)
        self.assertIn('SIGHUP: cannot load server.pem and server.key', said)


# A signal that comes while the server handles a request.
INTERRUPTED = """
import socket, sys
sys.path.insert(0, %r)
import server

class Arguments(object):
    root, cert, key, address, port = '.', 'env:CERT', None, '127.0.0.1', 0

class Interrupted(server.TlsServer):
    def process_request(self, *_):
        raise KeyboardInterrupt

interrupted = Interrupted(Arguments, None)
client = socket.create_connection(interrupted.server_address)
try:
    interrupted.handle_request()
except KeyboardInterrupt:
    sys.exit(0)
sys.exit('it goes on')
"""


class InterruptTest(ProgramTest):

    def test_it_ends_the_server(self):
        """Python 2.7 passes KeyboardInterrupt to handle_error."""
        outcome = Outcome([sys.executable, '-c', INTERRUPTED % PROGRAMS],
                          env=environment())
        self.assertEqual(outcome.status, 0, outcome.err)


class StockTest(ProgramTest):

    def test_each(self):
        for program, args in ((SERVERS[0], []), (SERVERS[1], []),
                              (SERVERS[2], []), ('session_control.py', []),
                              ('serve_client_auth.py',
                               ['--client-ca', cert('root.pem')])):
            server = self.serve(program, *args, stock=True)
            view = shown(server, *CLIENT)
            self.assertNotIn('Airlock', view['implementation'])
            self.assertEqual(server.stop()[0], 0)


if __name__ == '__main__':
    unittest.main()
