# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""docs/differences.md, the lists of known differences and the module agree.

usage: PYTHON differences_test.py FOLDER DOCUMENT README LIST...

FOLDER is that of the test certificates. In each LIST a difference names its row
of DOCUMENT in brackets: "[pha]".
"""
import io
import os
import re
import ssl
import sys
import unittest

FOLDER, DOCUMENT, README = [os.path.abspath(path) for path in sys.argv[1:4]]
LISTS = [os.path.abspath(path) for path in sys.argv[4:]]
del sys.argv[1:]


def read(path):
    with io.open(path, encoding='utf-8') as file:
        return file.read()


def rows():
    return re.findall(r'^\| `([a-z0-9-]+)` \|(.*)\|$', read(DOCUMENT),
                      re.MULTILINE)


def context():
    return ssl.SSLContext(ssl.PROTOCOL_SSLv23)


def cert(name):
    return os.path.join(FOLDER, name)


class DifferencesTest(unittest.TestCase):

    def test_rows(self):
        names = [name for name, _ in rows()]
        self.assertGreater(len(names), 20)
        self.assertEqual(len(names), len(set(names)))
        for name, cells in rows():
            self.assertEqual(len(cells.split('|')), 3, name)
            self.assertNotIn('', [cell.strip() for cell in cells.split('|')])

    def test_linked(self):
        self.assertIn('(docs/differences.md)', read(README))

    def test_lists(self):
        names = {name for name, _ in rows()}
        for path in LISTS:
            for number, line in enumerate(read(path).splitlines(), 1):
                fields = line.split()
                if not fields or fields[0].startswith('#'):
                    continue
                if os.path.basename(path) == 'known_gaps.txt' and (
                        fields[1] == 'passes'):
                    continue
                if os.path.basename(path) == 'stock_errors.txt' and (
                        fields[2] != 'differs:'):
                    continue
                named = re.findall(r'\[([a-z0-9-]+)\]', line)
                where = '%s:%d' % (path, number)
                self.assertEqual(len(named), 1, where)
                self.assertIn(named[0], names, where)

    # Rows that can be tested here.

    def refused(self, ciphers):
        with self.assertRaises(ssl.SSLError):
            context().set_ciphers(ciphers)

    def test_ciphers(self):
        for name in ('ECDHE-RSA-AES256-SHA384', 'AES128-SHA256', 'AESCCM',
                     'CAMELLIA', 'ARIA', 'DES-CBC3-SHA', 'aNULL', 'eNULL',
                     'DHE-RSA-AES256-GCM-SHA384'):
            self.refused(name)
        for name in ('ECDHE-RSA-AES256-GCM-SHA384', 'AES256-SHA',
                     'ECDHE-RSA-CHACHA20-POLY1305', 'AES128-GCM-SHA256'):
            context().set_ciphers(name)

    @unittest.skipIf(sys.version_info < (3, 13), 'newer than this Python')
    def test_features(self):
        self.assertTrue(ssl.HAS_PSK)
        if sys.version_info >= (3, 14):
            self.assertFalse(ssl.HAS_PHA)
        if sys.version_info >= (3, 15):
            self.assertFalse(ssl.HAS_PSK_TLS13)

    @unittest.skipUnless(hasattr(ssl.SSLContext, 'wrap_bio'), '3.5 on')
    def test_host_names(self):
        client = context()
        for name in ('a b', 'host:443', 'http://host/', '*.example', '127.1',
                     '1.2.3', "o'brien.example", 'a\nb', '127.0.0.1 '):
            with self.assertRaises(ValueError):
                client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(),
                                server_hostname=name)
        for name in 'host', 'host.', 'a_b', '127.0.0.1', '::1', 'xn--a':
            client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(),
                            server_hostname=name)

    @unittest.skipIf(sys.version_info < (3, 7), 'newer than this Python')
    def test_no_hostname(self):
        # From 3.14.8 on, ssl.py raises it itself.
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with self.assertRaises(ValueError):
            client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())
        client.check_hostname = False
        client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())

    @unittest.skipUnless(hasattr(ssl.SSLContext, 'get_ciphers'), '3.6 on')
    def test_suite_order(self):
        first = context().get_ciphers()[0]
        self.assertEqual(first['name'], 'TLS_AES_128_GCM_SHA256')
        for field in 'TLSv1.3', 'Kx=', 'Au=', 'Enc=', 'Mac=AEAD':
            self.assertIn(field, first['description'])

    @unittest.skipUnless(hasattr(ssl.SSLContext, 'wrap_bio'), '3.5 on')
    def test_no_ticket(self):
        for option in 0, ssl.OP_NO_TICKET:
            server = context()
            server.load_cert_chain(cert('server_rsa_chain.pem'),
                                   cert('server_rsa.key'))
            server.options |= option
            client = context()
            client.check_hostname = False
            client.verify_mode = ssl.CERT_NONE
            to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
            near = client.wrap_bio(to_client, to_server)
            far = server.wrap_bio(to_server, to_client, server_side=True)
            for end in near, far, near:
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    pass
            far.write(b'x')
            near.read(1)
            self.assertEqual(near.version(), 'TLSv1.3')
            self.assertEqual(near.session is None, option != 0)

    @unittest.skipUnless(hasattr(ssl.SSLContext, 'wrap_bio'), '3.5 on')
    def test_after_wrapping(self):
        server = context()
        server.load_cert_chain(cert('server_p256_chain.pem'),
                               cert('server_p256.key'))
        for assigned in False, True:
            client = ssl.create_default_context(cafile=cert('other_root.pem'))
            to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
            near = client.wrap_bio(to_client, to_server,
                                   server_hostname='localhost')
            far = server.wrap_bio(to_server, to_client, server_side=True)
            client.load_verify_locations(cert('root.pem'))
            if assigned:
                near.context = client
            for end in near, far:
                with self.assertRaises(ssl.SSLWantReadError):
                    end.do_handshake()
            if assigned:
                near.do_handshake()
            else:
                with self.assertRaisesRegex(ssl.SSLError,
                                            'CERTIFICATE_VERIFY_FAILED'):
                    near.do_handshake()

    @unittest.skipUnless(hasattr(ssl.SSLSocket, 'get_verified_chain'), '3.13 on')
    def test_resumed_chain(self):
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(cert('server_p256_chain.pem'),
                               cert('server_p256.key'))
        client = ssl.create_default_context(cafile=cert('root.pem'))
        client.load_cert_chain(cert('client_rsa.pem'), cert('client_rsa.key'))
        server.verify_mode = ssl.CERT_REQUIRED
        server.load_verify_locations(cert('root.pem'))
        session, first = None, None
        for resumed in False, True:
            to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
            ends = [client.wrap_bio(to_client, to_server, session=session,
                                    server_hostname='localhost'),
                    server.wrap_bio(to_server, to_client, server_side=True)]
            for end in ends + ends:
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    pass
            ends[1].write(b'x')
            ends[0].read(1)
            session = ends[0].session
            self.assertEqual(ends[1].session_reused, resumed)
            chains = [(end.get_verified_chain(), end.get_unverified_chain())
                      for end in ends]
            first = first or chains
            self.assertEqual(chains, first)
            for verified, presented in chains:
                self.assertGreater(len(presented), 0)
                self.assertGreaterEqual(len(verified), len(presented))

    def test_curves(self):
        for name in ('X448', 'secp256k1', 'brainpoolP256r1', 'ffdhe2048'):
            with self.assertRaises(ValueError):
                context().set_ecdh_curve(name)
        for name in ('prime256v1', 'secp384r1', 'secp521r1', 'X25519'):
            context().set_ecdh_curve(name)

    def test_keys(self):
        for name in ('server_ed448', 'server_secp256k1'):
            with self.assertRaises(ssl.SSLError):
                context().load_cert_chain(cert(name + '.pem'),
                                          cert(name + '.key'))
        for name in ('server_ed25519', 'server_p521', 'server_rsa'):
            context().load_cert_chain(cert(name + '.pem'),
                                      cert(name + '.key'))

    def test_password(self):
        with self.assertRaises(ssl.SSLError):
            context().load_cert_chain(cert('server_rsa.pem'),
                                      cert('server_rsa_encrypted.key'))

    def test_version(self):
        self.assertTrue(ssl.OPENSSL_VERSION.startswith('OpenSSL 1.1.1w (Air'))

    @unittest.skipIf(sys.version_info < (3, 8), 'newer than this Python')
    def test_eof(self):
        made = context()
        self.assertEqual(
            bool(made.options & ssl.OP_IGNORE_UNEXPECTED_EOF),
            sys.version_info < (3, 10) or
            (3, 10) <= sys.version_info < (3, 10, 11) or
            (3, 11) <= sys.version_info < (3, 11, 3))
        made.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
        self.assertTrue(made.options & ssl.OP_IGNORE_UNEXPECTED_EOF)

    @unittest.skipIf(sys.version_info < (3, 7), 'ssl.py compares names itself')
    def test_names(self):
        def connect(certificate, name):
            server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.load_cert_chain(cert(certificate + '.pem'),
                                   cert(certificate.replace('_chain', '') +
                                        '.key'))
            client = ssl.create_default_context(cafile=cert('root.pem'))
            client.load_verify_locations(cert('intermediate.pem'))
            to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
            ends = [client.wrap_bio(to_client, to_server,
                                    server_hostname=name),
                    server.wrap_bio(to_server, to_client, server_side=True)]
            for end in ends + ends:
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    pass

        connect('cn_only', 'localhost')
        with self.assertRaises(ssl.SSLCertVerificationError):
            connect('ip_only', 'ip_only')
        connect('ip_only', '127.0.0.1')
        connect('server_p256_chain', 'localhost.')

    @unittest.skipIf(sys.version_info < (3, 8), 'newer than this Python')
    def test_tickets(self):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.num_tickets = 16
        with self.assertRaises(ValueError):
            made.num_tickets = 17


if __name__ == '__main__':
    unittest.main()
