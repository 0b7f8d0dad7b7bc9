# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The programs of examples/cpp/https and the command `airlock`, against nginx
and openssl.

usage: PYTHON https_cpp_test.py CERTS PROGRAM CPP_PROGRAM AIRLOCK
"""
import os
import re
import signal
import socket
import sys
import unittest

CPP_PROGRAMS = os.path.dirname(os.path.abspath(sys.argv.pop(3)))
AIRLOCK = os.path.abspath(sys.argv.pop(3))

from https_peers import (SECONDS, TLS_VERSIONS, Background, Outcome,
                         ProgramTest, cert, curl, environment, read)

CLIENT = ('--cert', cert('client_p256.pem'), '--key', cert('client_p256.key'))
SHOWS = ('ssl_client_certificate %s; ssl_verify_client on; '
         'location /who { return 200 "$ssl_client_s_dn"; }' % cert('root.pem'))
EXTENDED = 'Extended master secret: yes'


class CppTest(ProgramTest):

    def client(self, program, *args, **variables):
        """A program with the right CA."""
        return Outcome([os.path.join(CPP_PROGRAMS, program), '--ca',
                        cert('root.pem')] + list(args), cwd=self.folder,
                       env=environment(**variables))

    def fetch(self, *args):
        return Outcome([AIRLOCK, 'fetch', '--ca', cert('root.pem')] +
                       list(args), cwd=self.folder, env=environment())

    def serve_files(self):
        """`airlock serve`, with .port and .url."""
        server = Background(
            [AIRLOCK, 'serve', '--cert', cert('server_p256_chain.pem'), '--key',
             cert('server_p256.key'), '--port', '0', '--root',
             self.folder],
            r'https://[^/]*:(\d+)/', cwd=self.folder, env=environment())
        self.addCleanup(server.stop)
        server.port = int(server.match.group(1))
        server.url = 'https://localhost:%d/' % server.port
        return server


class ClientTest(CppTest):

    def test_get(self):
        server = self.nginx(more='location /no { return 404; }')
        self.assert_worked(self.client('get', server.url + 'near'), 'a page')
        missing = self.client('get', server.url + 'no')
        self.assertEqual(missing.status, 1)
        self.assertIn('404', missing.err)
        self.assert_failed(self.client('get', server.url + 'open'), 'https')
        self.assertEqual(self.client('get').status, 2)
        paths = [each['path'] for each in server.requests()]
        self.assertEqual(paths, ['/near', '/here', '/no', '/open'])

    def test_nothing_is_sent_to_the_wrong_server(self):
        for name in 'wrong_host', 'server_other':
            server = self.nginx(name=name)
            for program in 'get', 'threaded_reuse', 'async_reuse':
                self.assertEqual(self.client(program, server.url).status, 1)
            self.assertEqual(server.requests(), [])

    def test_missing_files(self):
        for args in (('--ca', 'missing.pem'), ('--ca', 'env:MISSING'),
                     ('--cert', 'missing.pem')):
            outcome = Outcome(
                [os.path.join(CPP_PROGRAMS, 'get'), 'https://localhost:1/'] +
                list(args), cwd=self.folder, env=environment())
            self.assert_failed(outcome, 'MISSING' if 'env' in args[1] else
                               'missing.pem')

    def test_post(self):
        server = self.nginx()
        path = self.write('file', b'\0' * 100000)
        self.assert_worked(self.client('post', server.url, 'a=b'), 'a page')
        self.assert_worked(self.client('post', server.url, '@' + path),
                           'a page')
        self.assert_failed(self.client('post', server.url, '@missing'),
                           'cannot be read')
        form, file = server.requests()[:2]
        self.assertEqual((form['method'], form['type'], form['length']),
                         ('POST', 'application/x-www-form-urlencoded', '3'))
        self.assertEqual((file['method'], file['type']),
                         ('POST', 'application/octet-stream'))

    def test_reuse(self):
        """As nginx saw it."""
        for program, total in ('threaded_reuse', 21), ('async_reuse', 20):
            for version in TLS_VERSIONS:
                server = self.nginx(version, http2=version == '1.3')
                outcome = self.client(program, server.url)
                self.assert_worked(outcome)
                requests, reused = map(int, re.match(
                    r'(\d+) requests, (\d+) reused$', outcome.out).groups())
                self.assertEqual(requests, total)
                self.assertGreaterEqual(reused, total // 2)
                seen = server.requests()
                self.assertEqual(
                    len(set(each['connection'] for each in seen)), total)
                self.assertEqual([each['reused'] for each in seen].count('r'),
                                 reused)
                self.assertEqual(set(each['version'] for each in seen),
                                 {'TLSv' + version})

    def test_verify_server(self):
        server = self.openssl()
        address = 'localhost:%d' % server.port
        self.assert_worked(self.client('verify_server', address), 'TLSv1.3',
                           'server_p256', 'Airlock Test Root')
        self.assert_worked(self.client('verify_server', address, 'x.wild.test'))
        self.assert_failed(self.client('verify_server', address, 'other.test'),
                           'other.test')
        wide = 'localhost:%d' % self.openssl('wildcard_tld').port
        for name in 'localhost', 'a.com':
            self.assert_failed(self.client('verify_server', wide, name))

    def test_client_cert(self):
        server = self.nginx(more=SHOWS)
        self.assert_worked(self.client('client_cert', server.url + 'who',
                                       *CLIENT), 'OU=client_p256')
        self.assert_worked(self.client(
            'client_cert', server.url + 'who', '--cert', 'env:CERT', '--key',
            'env:KEY', CERT=read(cert('client_p256.pem')),
            KEY=read(cert('client_p256.key'))), 'OU=client_p256')
        self.assert_failed(self.client('client_cert', server.url, *CLIENT[:2]),
                           '--key')
        self.assert_failed(self.client(
            'client_cert', server.url, *CLIENT[:3] +
            (cert('client_rsa.key'),)), 'key')


class ServerTest(CppTest):

    def serve_view(self, *args):
        server = Background(
            [os.path.join(CPP_PROGRAMS, 'serve'), '--cert',
             cert('server_p256_chain.pem'), '--key', cert('server_p256.key'),
             '0'] + list(args), r'at (https://localhost:(\d+)/)$',
            cwd=self.folder, env=environment())
        self.addCleanup(server.stop)
        server.url = server.match.group(1)
        server.port = int(server.match.group(2))
        return server

    def visit(self, server, version, *args):
        """What it shows to openssl s_client."""
        return Outcome(
            ['openssl', 's_client', '-connect', '127.0.0.1:%d' % server.port,
             '-ign_eof', '-tls' + version.replace('.', '_')] + list(args),
            b'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n').out

    def test_view(self):
        server = self.serve_view()
        self.assertEqual(
            curl(server.url + 'x', '--data', 'a').out.splitlines()[::2],
            ['POST /x', 'Client certificate: none'])
        self.assertEqual(server.stop()[0], 0)
        self.assertEqual(server.stop(2)[0], 0)

    def test_client_certificates(self):
        server = self.serve_view('--ca', cert('root.pem'))
        self.assertIn('OU=client_p256', curl(server.url, *CLIENT).out)
        for args in ([], ['--cert', cert('client_other.pem'), '--key',
                          cert('client_other.key')]):
            page = curl(server.url, *args)
            self.assertNotEqual(page.status, 0)
            self.assertEqual(page.out, '')

    def test_sessions(self):
        server = self.serve_view()
        path = os.path.join(self.folder, 'session')
        for version in TLS_VERSIONS:
            self.assertIn(', not resumed',
                          self.visit(server, version, '-sess_out', path))
            self.assertIn(', resumed',
                          self.visit(server, version, '-sess_in', path))
        server.process.send_signal(signal.SIGHUP)
        for _ in range(1000):  # It forgets all sessions soon.
            if ', not resumed' in self.visit(server, '1.2', '-sess_in', path):
                break
        else:
            self.fail('it still resumes')

    def test_wrong_usage(self):
        for args, word in ((['x'], 'PORT'), (['--cert', 'missing', '0'],
                                             'missing'), (['0'], 'certfile')):
            self.assert_failed(Outcome(
                [os.path.join(CPP_PROGRAMS, 'serve')] + args,
                env=environment()), word)


class DefectTest(CppTest):
    """Defects of older libraries that these programs do not share."""

    def test_extended_master_secret(self):
        """RFC 7627, as openssl saw it, as server and as client."""
        for get in (lambda url: self.client('get', url), self.fetch):
            server = self.openssl('server_p256', '-tls1_2')
            self.assert_worked(get(server.url), EXTENDED)
        server = self.serve_files()
        said = Outcome(['openssl', 's_client', '-connect', '127.0.0.1:%d' %
                        server.port, '-tls1_2', '-ign_eof'],
                       b'GET / HTTP/1.0\r\n\r\n')
        self.assertIn(EXTENDED, said.out)

    def test_failed_handshakes_harm_no_one(self):
        server = self.serve_files()
        idle = socket.create_connection(('127.0.0.1', server.port), SECONDS)
        self.addCleanup(idle.close)
        for data in b'', b'GET / HTTP/1.0\r\n\r\n', b'\x16\x03\x01\xff\xff':
            broken = socket.create_connection(('127.0.0.1', server.port),
                                              SECONDS)
            broken.sendall(data)
            broken.close()
            self.assertEqual(curl(server.url).status, 0)
        self.assertEqual(Outcome(  # It does not trust the server.
            ['curl', '--silent', server.url], env=environment()).status, 60)
        self.assertEqual(self.fetch(server.url).status, 0)


if __name__ == '__main__':
    unittest.main()
