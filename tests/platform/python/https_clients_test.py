# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The clients of examples/python/https, against nginx and openssl.

usage: PYTHON https_clients_test.py CERTS PROGRAM
"""
import json
import os
import re
import socket
import ssl
import threading
import unittest

from https_peers import (ASYNC_CLIENT, PYTHON2, SECONDS, TLS_VERSIONS,
                         ProgramTest, cert, read)

CLIENT = ('--cert', cert('client_p256.pem'), '--key', cert('client_p256.key'))
ASKS = 'ssl_client_certificate %s; ssl_verify_client on;' % cert('root.pem')
SHOWS = ASKS + 'location /who { return 200 "$ssl_protocol $ssl_client_s_dn"; }'


class GetTest(ProgramTest):

    def test_get(self):
        for version in TLS_VERSIONS:
            server = self.nginx(version)
            page = self.client('get.py', '--header', 'Cookie: a=b',
                               server.url + 'x')
            self.assert_worked(page, 'a page')
            [seen] = server.requests()
            self.assertEqual(
                (seen['version'], seen['cookie'], seen['path']),
                ('TLSv' + version, 'a=b', '/x'))

    def test_an_http_error(self):
        server = self.nginx(more='location /no { return 404; }')
        self.assert_failed(self.client('get.py', server.url + 'no'), '404')

    def test_wrong_usage(self):
        for args in (['http://localhost/'],
                     ['--header', 'a: b\nc: d', 'https://localhost/']):
            wrong = self.run_program('get.py', *args)
            self.assertEqual((wrong.status, wrong.out), (2, ''), args)
            self.assertIn('usage: ', wrong.err)

    def test_redirects(self):
        """Other origins get no secret; other schemes and loops are refused."""
        other = self.nginx()
        server = self.nginx(
            more='location /away { return 302 %selsewhere; }' % other.url)
        secrets = ('--header', 'Authorization: Basic c2VjcmV0',
                   '--header', 'Cookie: secret')
        for path in 'near', 'away':
            self.assert_worked(
                self.client('get.py', server.url + path, *secrets), 'a page')
        self.assert_failed(self.client('get.py', server.url + 'open'),
                           'it is not https')
        self.assert_failed(self.client('get.py', server.url + 'loop'))
        seen = {}
        count = {}
        for each in server.requests() + other.requests():
            path = each['path']
            seen[path] = each['authorization'], each['cookie']
            count[path] = count.get(path, 0) + 1
        sent = 'Basic c2VjcmV0', 'secret'
        self.assertEqual(seen['/near'], sent)
        self.assertEqual(seen['/here'], sent)
        self.assertEqual(seen['/away'], sent)
        self.assertEqual(seen['/elsewhere'], ('-', '-'))
        self.assertEqual(count['/open'], 1)
        self.assertLessEqual(count['/loop'], 6)

    def test_nothing_is_sent_to_the_wrong_server(self):
        for name, program in (('wrong_host', 'get.py'),
                              ('server_other', 'get.py'),
                              ('wrong_host', 'verified_https_handler.py')):
            server = self.nginx(name=name)
            self.assert_failed(self.client(program, server.url),
                               'Nothing was sent')
            self.assertEqual(server.requests(), [])

    def test_the_recipe(self):
        server = self.nginx()
        self.assert_worked(
            self.client('verified_https_handler.py', server.url), 'a page')


class HalfTest(ProgramTest):
    """What is cut off, or never comes, is an error."""

    def answer(self, text, unwrap=False):
        """The URL of a server that says that and then ends the connection."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert('server_p256_chain.pem'),
                                cert('server_p256.key'))
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind(('127.0.0.1', 0))
        listener.listen(5)

        def serve():
            connection = context.wrap_socket(listener.accept()[0],
                                             server_side=True)
            connection.settimeout(SECONDS)
            received = b''
            while b'\r\n\r\n' not in received:
                received += connection.recv(65536)
            connection.sendall(text)
            try:
                if unwrap:
                    connection.unwrap()
            except EnvironmentError:
                pass  # The client has read enough.
            connection.close()
        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        return 'https://localhost:%d/' % listener.getsockname()[1]

    def test_half_a_page(self):
        for text, unwrap in (
                (b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', True),
                (b'HTTP/1.1 200 OK\r\n\r\nhalf', False),
                (b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
                 b'4\r\nhalf\r\n', True)):
            page = self.client('get.py', self.answer(text, unwrap))
            self.assertEqual(page.status, 1, text)

    def test_a_whole_page(self):
        page = self.client('get.py', self.answer(
            b'HTTP/1.1 200 OK\r\n\r\nwhole', True))
        self.assert_worked(page, 'whole')

    def test_a_server_that_says_nothing(self):
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind(('127.0.0.1', 0))
        listener.listen(50)
        url = 'https://localhost:%d/' % listener.getsockname()[1]
        for program, args in (('get.py', [url]),
                              ('verify_server.py', [url[8:-1]]),
                              ('threaded_reuse.py', [url]),
                              ('verified_https_handler.py', [url]),
                              (ASYNC_CLIENT, [url])):
            self.assert_failed(self.client(program, *args, hasty=1))


class PostTest(ProgramTest):

    def test_post(self):
        server = self.nginx()
        path = self.write('file', b'\0' * 5)
        self.assert_worked(
            self.client('post.py', server.url, 'a=b c', 'd=e'), 'a page')
        self.assert_worked(
            self.client('post.py', '--file', path, server.url), 'a page')
        form, file = server.requests()
        self.assertEqual((form['method'], form['type'], form['length']),
                         ('POST', 'application/x-www-form-urlencoded', '9'))
        self.assertEqual((file['method'], file['type'], file['length']),
                         ('POST', 'application/octet-stream', '5'))

    def test_wrong_usage(self):
        wrong = self.run_program('post.py', 'https://localhost/')
        self.assertEqual(wrong.status, 2)
        self.assert_failed(self.run_program('post.py', '--file', 'missing',
                                            'https://localhost/'), 'missing')


class VerifyTest(ProgramTest):

    def test_verify(self):
        server = self.openssl()
        facts = self.client('verify_server.py', '--json',
                            'localhost:%d' % server.port)
        facts = json.loads(facts.out)
        self.assertEqual(facts['version'], 'TLSv1.3')
        self.assertIn('commonName=server_p256', facts['subject'])
        self.assertIn('*.wild.test', facts['names'])
        self.assert_worked(
            self.client('verify_server.py', '--name', 'x.wild.test',
                        'localhost:%d' % server.port), 'commonName=server_p256')
        self.assert_failed(
            self.client('verify_server.py', '--name', 'other.test',
                        'localhost:%d' % server.port), 'other.test')

    def test_old_versions(self):
        server = self.openssl('server_p256', '-tls1_1', '-cipher',
                              'ALL:@SECLEVEL=0')
        self.assert_failed(self.client('verify_server.py',
                                       'localhost:%d' % server.port))

    def test_wide_names(self):
        """`*` is not localhost, and `*.com` not a.com."""
        server = self.openssl('wildcard_tld')
        for name in 'localhost', 'a.com':
            self.assert_failed(self.client(
                'verify_server.py', '--name', name,
                'localhost:%d' % server.port))
        self.assert_failed(self.client(ASYNC_CLIENT, server.url))

    def test_no_ca(self):
        server = self.openssl()
        address = 'localhost:%d' % server.port
        empty = self.write('empty', b'')
        for ca, word in (('missing.pem', 'missing.pem'), (empty, empty),
                         ('env:NO', 'env:NO')):
            self.assert_failed(self.run_program(
                'verify_server.py', '--ca', ca, address), word)
        # The platform's does not have it.
        self.assert_failed(self.run_program('verify_server.py', address))
        text = self.run_program('verify_server.py', '--ca', 'env:CA', address,
                                variables={'CA': read(cert('root.pem'))})
        self.assert_worked(text, 'server_p256')


class ClientCertTest(ProgramTest):

    def test_files(self):
        for version in TLS_VERSIONS:
            server = self.nginx(version, more=SHOWS)
            who = self.client('client_cert.py', server.url + 'who', *CLIENT)
            self.assert_worked(who, 'TLSv' + version, 'OU=client_p256')

    def test_text(self):
        server = self.nginx(more=SHOWS)
        args = [server.url + 'who', '--cert', 'env:CERT', '--key', 'env:KEY']
        variables = {'CERT': read(cert('client_p256.pem')),
                     'KEY': read(cert('client_p256.key'))}
        self.assert_worked(self.client('client_cert.py', *args,
                                       variables=variables), 'OU=client_p256')
        # Only Airlock has this, and the program says so.
        stock = self.client('client_cert.py', *args, variables=variables,
                            stock=True)
        self.assert_failed(stock, 'env:CERT', 'use Airlock')
        self.assertNotIn('BEGIN', stock.err)

    def test_refused(self):
        server = self.openssl('server_p256', '-Verify', '1', '-CAfile',
                              cert('root.pem'), '-verify_return_error')
        refused = self.client('client_cert.py', server.url, '--cert',
                              cert('client_other.pem'), '--key',
                              cert('client_other.key'))
        self.assert_failed(refused, 'does not accept this certificate')

    def test_nothing_is_ignored(self):
        for args, word in (
                (['--cert', 'missing.pem'], 'missing.pem'),
                (CLIENT[:2], 'client_p256.pem'),
                (CLIENT[:2] + ('--key', 'missing.key'), 'missing.key'),
                (CLIENT[:2] + ('--key', cert('client_rsa.key')),
                 'client_rsa.key'),
                (('--cert', cert('server_p256.pem'), '--key',
                  cert('server_p256_encrypted.key')), 'KEY_PASSWORD')):
            self.assert_failed(self.client(
                'client_cert.py', 'https://localhost:1/', *args), word)
        wrong = self.client('client_cert.py', 'https://localhost:1/',
                            *CLIENT[2:])
        self.assertEqual(wrong.status, 2)


class ReuseTest(ProgramTest):
    """nginx counts the sessions that it saw again."""

    def check(self, program, argument, stock, versions):
        for version in versions:
            server = self.nginx(version)
            outcome = self.client(program, argument, '2', '--requests', '3',
                                  server.url, stock=stock)
            self.assert_worked(outcome)
            total, reused = map(int, re.match(
                r'(\d+) requests, (\d+) reused$', outcome.out).groups())
            self.assertEqual(total, 6)
            self.assertGreaterEqual(reused, 4)
            seen = server.requests()
            self.assertEqual(len(seen), 6)
            for each in seen:
                self.assertEqual(each['version'], 'TLSv' + version)
            connections = len(set(each['connection'] for each in seen))
            if PYTHON2:  # It keeps connections: its ssl has no sessions.
                self.assertEqual(connections, 6 - reused)
            else:
                self.assertEqual(connections, 6)
                self.assertEqual(
                    [each['reused'] for each in seen].count('r'), reused)

    def test_threads(self):
        self.check('threaded_reuse.py', '--threads', False, TLS_VERSIONS)

    def test_async(self):
        self.check(ASYNC_CLIENT, '--tasks', False, TLS_VERSIONS)

    def test_threads_on_stock(self):
        self.check('threaded_reuse.py', '--threads', True, ['1.2'])

    def test_async_on_stock(self):
        self.check(ASYNC_CLIENT, '--tasks', True, ['1.3'])

    def test_failures(self):
        server = self.nginx(more='location /no { return 404; }')
        for program in 'threaded_reuse.py', ASYNC_CLIENT:
            self.assert_failed(self.client(program, server.url + 'no'), '404')


class StockTest(ProgramTest):

    def test_each(self):
        server = self.nginx(more=ASKS.replace(' on;', ' optional;'))
        address = 'localhost:%d' % server.port
        for program, args in (('get.py', [server.url]),
                              ('post.py', [server.url, 'a=b']),
                              ('client_cert.py', [server.url] + list(CLIENT)),
                              ('verify_server.py', [address]),
                              ('verified_https_handler.py', [server.url])):
            self.assert_worked(self.client(program, *args, stock=True))
        self.assert_failed(self.run_program('get.py', server.url, stock=True))


if __name__ == '__main__':
    unittest.main()
