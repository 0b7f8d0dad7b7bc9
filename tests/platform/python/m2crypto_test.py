# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Context, X509 and BIO of airlock.m2crypto are as M2Crypto's.

usage: PYTHON m2crypto_test.py CERTS
"""
import array
import base64
import io
import os
import ssl
import sys
import traceback
import unittest
import warnings

import m2crypto_peers as peers
from m2crypto_peers import Server, cert

peers.CERTS = os.path.abspath(sys.argv.pop(1))

import airlock.m2crypto
from airlock.m2crypto import BIO, DH, Err, Rand, SSL, X509, m2, threading
from m2crypto_tls import TlsTest, context


class ContextTest(TlsTest):

    def test_protocols(self):
        for name in ('tls', 'sslv23', 'tlsv1_2'):
            SSL.Context(name)
        for name in ('sslv2', 'sslv3', 'tlsv5', ''):
            with self.assertRaises(ValueError):
                SSL.Context(name)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter('always')
            SSL.Context('tlsv1')
        self.assertEqual([each.category for each in seen],
                         [DeprecationWarning])

    def test_versions(self):
        for name, version in (('tls', 'TLSv1.3'), ('tlsv1_2', 'TLSv1.2')):
            with Server() as server:
                connection = self.connect(server, SSL.Context(name))
                self.assertEqual(connection.get_version(), version)
                connection.close()

    def test_loads(self):
        ctx = SSL.Context()
        with open(cert('server_p256.key')) as file:
            ctx.load_cert(cert('server_p256.pem'), file.read())
        ctx.load_cert_chain(cert('server_p256_key_first.pem'))
        with self.assertRaises(ValueError) as caught:
            ctx.load_cert(cert('server_p256.pem'), cert('server_rsa.key'))
        self.assertEqual(str(caught.exception), 'public/private key mismatch')
        for files in (('nowhere.pem',), ('ca.pem',), ('verdicts.txt',)):
            with self.assertRaises(SSL.SSLError):
                ctx.load_cert(*map(cert, files))

    def test_diffie_hellman(self):
        """Programs check their parameters; TLS does not use them."""
        pem = ('-----BEGIN DH PARAMETERS-----\n%s\n-----END DH PARAMETERS-----\n'
               % base64.b64encode(bytes.fromhex('3008020300ff01020102')
                                  ).decode())
        params = DH.load_params(io.BytesIO(pem.encode()))
        self.assertEqual((len(params), params.p, params.g),
                         (2, b'\0\0\0\x03\0\xff\x01', b'\0\0\0\x01\x02'))
        bio = BIO.MemoryBuffer(pem.encode())
        self.assertEqual(DH.load_params_bio(bio).g, params.g)
        for damaged in ('', pem.replace('MAgC', 'MAkC'), pem[:40]):
            with self.assertRaises(DH.DHError):
                DH.load_params(io.BytesIO(damaged.encode()))
        with self.assertRaises(BIO.BIOError):
            DH.load_params('nowhere.pem')
        with self.assertRaises(SSL.SSLNotSupportedError):
            DH.gen_params(2048, DH.DH_GENERATOR_2)

    def test_what_is_not_tls_is_an_error_that_says_so(self):
        with self.assertRaisesRegex(ImportError, 'RSA is not part of that'):
            from airlock.m2crypto import RSA
        with self.assertRaises(AttributeError):
            airlock.m2crypto.nothing

    def test_errors_never_show_keys(self):
        with open(cert('server_p256.key')) as file:
            pem = file.read()
        line = ''.join(pem.splitlines()[1:-1])
        secret = line[40:56]
        self.assertRegex(secret, '^[A-Za-z0-9+/=]{16}$')
        calls = [
            lambda text: SSL.Context().load_cert(text),
            lambda text: SSL.Context().load_cert(cert('server_rsa.pem'), text),
            lambda text: SSL.Context().load_verify_locations(text),
            lambda text: SSL.Context().set_client_CA_list_from_file(text),
            X509.load_cert]
        texts = [pem, line, pem[30:], line.encode(), pem[30:] + '\0',
                 line.replace('+', '-').replace('/', '_'), '/' + line]
        for call in calls:
            for text in texts:
                try:
                    call(text)
                except Exception as error:  # pylint: disable=broad-except
                    said = ''.join(traceback.format_exception(
                        type(error), error, error.__traceback__))
                    self.assertNotIn(secret, said)
                    self.assertNotIn(line[:16], said)
                else:
                    self.fail('it took a key')

    def test_errors_name_files(self):
        for call in (SSL.Context().load_cert,
                     SSL.Context().load_verify_locations):
            with self.assertRaises(SSL.SSLError) as caught:
                call('/nowhere/server.pem')
            self.assertIn('No such file', str(caught.exception))
            self.assertIn('/nowhere/server.pem', str(caught.exception))
        with self.assertRaises(TypeError):
            SSL.Context().load_cert(0)

    def test_passphrase(self):
        asked = []
        key = cert('server_p256_encrypted.key')

        def callback(password):
            return lambda verify: asked.append(verify) or password

        ctx = SSL.Context()
        with self.assertRaises(SSL.SSLError):
            ctx.load_cert(cert('server_p256.pem'), key, callback('wrong'))
        ctx.load_cert(cert('server_p256.pem'), key, callback('airlock'))
        ctx.load_verify_locations(cert('ca.pem'))
        ctx.native(server=True)
        # Once for each key, though several connections use it.
        self.assertEqual(asked, [0, 0])

    def test_wrong_types(self):
        ctx = SSL.Context()
        for arguments in ((1, 'x'), (1, None), ('x', 1), (None, 1), (1.0, 1)):
            with self.assertRaises(TypeError):
                ctx.set_verify(*arguments)
        self.assertEqual(ctx.get_verify_mode(), SSL.verify_none)
        for load in (ctx.load_verify_locations, ctx.load_client_ca,
                     ctx.load_cert,
                     lambda wrong: ctx.load_verify_locations(capath=wrong)):
            for wrong in 5, object():
                with self.assertRaises(TypeError):
                    load(wrong)
        for wrong in None, 5, b'ALL':
            with self.assertRaises(TypeError):
                ctx.set_cipher_list(wrong)

    def test_verify_settings(self):
        ctx = SSL.Context()
        self.assertEqual(ctx.get_verify_mode(), SSL.verify_none)
        ctx.set_verify(SSL.verify_peer, 7)
        self.assertEqual((ctx.get_verify_mode(), ctx.get_verify_depth()),
                         (SSL.verify_peer, 7))
        with self.assertRaises(TypeError):
            ctx.set_verify(SSL.verify_peer, 7, 1)
        with self.assertRaises(ValueError):
            ctx.set_verify(64, 7)
        with self.assertRaises(ValueError):
            ctx.load_verify_locations()

    def test_ciphers(self):
        ctx = SSL.Context()
        self.assertEqual(ctx.set_cipher_list('ECDHE-ECDSA-AES128-GCM-SHA256'),
                         1)
        self.assertEqual(ctx.set_cipher_list('EXP-RC2-MD5'), 0)
        ctx.set_options(m2.SSL_OP_ALL | m2.SSL_OP_NO_TLSv1_3)
        with Server() as server:
            connection = self.connect(server, ctx)
            cipher = connection.get_cipher()
            self.assertEqual(
                (cipher.name(), len(cipher), str(cipher)),
                ('ECDHE-ECDSA-AES128-GCM-SHA256', 128,
                 'ECDHE-ECDSA-AES128-GCM-SHA256-128'))
            stack = connection.get_ciphers()
            self.assertEqual(len(list(stack)), len(stack))
            with self.assertRaises(IndexError):
                stack[len(stack)]
            connection.close()

    def test_unsupported(self):
        ctx = SSL.Context()
        connection = SSL.Connection(ctx)
        self.addCleanup(connection.close)
        for function, arguments in (
                (ctx.set_tmp_rsa, (None,)),
                (ctx.set_tmp_rsa_callback, (print,)),
                (ctx.set_session_timeout, (1,)),
                (ctx.add_session, (None,)),
                (ctx.remove_session, (None,)),
                (ctx.set_session_cache_mode, (m2.SSL_SESS_CACHE_OFF,)),
                (connection.renegotiate, ()),
                (connection.get_session().as_der, ()),
                (connection.get_session().set_timeout, (1,)),
                (SSL.Session.load_session, ('x.pem',))):
            with self.assertRaisesRegex(SSL.SSLNotSupportedError,
                                        'is not supported by Airlock: '):
                function(*arguments)
        self.assertTrue(issubclass(SSL.SSLNotSupportedError, SSL.SSLError))

    def test_map(self):
        from airlock.m2crypto.SSL.Context import ctxmap
        ctx = SSL.Context()
        self.assertIs(ctxmap()[int(ctx.ctx)], ctx)
        ctx.close()
        with self.assertRaises(KeyError):
            ctxmap()[int(ctx.ctx)]

    def test_misc(self):
        Rand.load_file('randpool.dat', -1)
        self.assertEqual(len(Rand.rand_bytes(9)), 9)
        threading.init()
        threading.cleanup()
        self.assertIsNone(Err.get_error())


class CertificateTest(TlsTest):

    def test_peer(self):
        with Server() as server:
            connection = self.connect(server)
            connection.close()
            own = connection.get_peer_cert()
            chain = connection.get_peer_cert_chain()
        self.assertEqual(
            [str(each.get_subject()) for each in chain],
            ['/O=Airlock Test/CN=server_p256',
             '/O=Airlock Test/CN=intermediate'])
        der = ssl.PEM_cert_to_DER_cert(own.as_pem().decode())
        self.assertEqual(own.as_der(), der)
        known = ssl._ssl._test_decode_cert(cert('server_p256.pem'))
        self.assertEqual('%X' % own.get_serial_number(),
                         known['serialNumber'].lstrip('0'))
        self.assertEqual(str(own.get_not_before()), known['notBefore'])
        self.assertEqual(str(own.get_not_after()), known['notAfter'])
        self.assertEqual(own.get_version(), known['version'] - 1)
        self.assertEqual(own.alternative_names(),
                         list(known['subjectAltName']))
        self.assertIn('DNS:localhost',
                      own.get_ext('subjectAltName').get_value())
        with self.assertRaises(LookupError):
            own.get_ext('nameConstraints')
        self.assertEqual(own.get_issuer().as_text(),
                         'O=Airlock Test, CN=intermediate')
        self.assertEqual((own.check_ca(), chain[1].check_ca()), (0, 1))

    def test_all_certificates(self):
        """The reader of certificates agrees with the one of _ssl."""
        count = 0
        for name in sorted(os.listdir(peers.CERTS)):
            if not name.endswith('.pem'):
                continue
            try:
                known = ssl._ssl._test_decode_cert(cert(name))
                own = X509.load_cert(cert(name))
            except (ssl.SSLError, X509.X509Error):
                continue
            count += 1
            self.assertEqual([[('commonName', each.get_data().as_text())]
                              for each in own.get_subject()
                              if each.oid == '2.5.4.3'],
                             [list(rdn) for rdn in known['subject']
                              if rdn[0][0] == 'commonName'], name)
            self.assertEqual(str(own.get_not_after()), known['notAfter'], name)
        self.assertGreater(count, 100)

    def test_damaged(self):
        der = X509.load_cert(cert('server_p256.pem')).as_der()
        for end in range(len(der)):
            with self.assertRaises(X509.X509Error):
                X509.load_cert_der_string(der[:end])
        for place in range(len(der)):
            for value in (0, 0x80, 0xff):
                changed = bytearray(der)
                changed[place] = value
                try:
                    certificate = X509.X509(changed)
                    certificate.as_text()
                    certificate.alternative_names()
                except ValueError:
                    pass

    def test_loaders(self):
        with open(cert('server_p256.pem'), 'rb') as file:
            pem = file.read()
        own = X509.load_cert_string(pem)
        bio = BIO.MemoryBuffer(pem)
        for other in (X509.load_cert(cert('server_p256.pem')),
                      X509.load_cert_bio(bio),
                      X509.load_cert(cert('server_p256_cert.der'),
                                     X509.FORMAT_DER)):
            self.assertEqual(other.as_der(), own.as_der())
        with self.assertRaises(X509.X509Error):
            X509.load_cert_string('nothing')


class BioTest(TlsTest):

    def test_memory(self):
        """A handshake over buffers: the caller moves the bytes."""
        ends = []
        for side in ('client', 'server'):
            ctx = context(SSL.verify_none)
            ctx.load_cert_chain(cert('server_p256_chain.pem'),
                                cert('server_p256.key'))
            connection = SSL.Connection(ctx)
            self.addCleanup(connection.close)
            reader, writer = BIO.MemoryBuffer(), BIO.MemoryBuffer()
            connection.set_bio(reader, writer)
            if side == 'client':
                connection.set_connect_state()
            else:
                connection.set_accept_state()
            bio = BIO.SSLBio()
            bio.set_ssl(connection)
            ends.append((bio, reader, writer))
        client, from_server, to_server = ends[0]
        server, from_client, to_client = ends[1]
        done = set()
        for _ in range(4):
            for bio in (client, server):
                if bio.do_handshake() == 1:
                    done.add(bio)
                else:
                    self.assertEqual((bio.should_retry(), bio.should_read()),
                                     (1, 1))
                from_client.write(to_server.read() or b'')
                from_server.write(to_client.read() or b'')
        self.assertEqual(done, {client, server})
        self.assertEqual(client.write(b'line\nrest'), 9)
        from_client.write(to_server.read())
        self.assertEqual(BIO.IOBuffer(server).readline(), b'line\n')
        self.assertIsNone(client.read(5))
        self.assertEqual(client.should_read(), 1)


    def test_memory_buffer(self):
        buffer = BIO.MemoryBuffer(b'one\ntwo\nthree')
        self.assertEqual(buffer.readline(2), b'on')
        self.assertEqual(buffer.readline(-1), b'e\n')
        self.assertEqual(buffer.readline(None), b'two\n')
        with self.assertRaises(ValueError):
            buffer.read(-1)
        self.assertEqual(buffer.read(), b'three')
        self.assertIsNone(buffer.read())
        self.assertEqual(buffer.readline(), b'')
        self.assertEqual(buffer.write(array.array('i', [1])), 4)
        for wrong in None, 5, [1]:
            with self.assertRaises(TypeError):
                buffer.write(wrong)
        self.assertEqual(len(buffer), 4)
        for call in buffer.fileno, buffer.tell, lambda: buffer.seek(0):
            with self.assertRaises(io.UnsupportedOperation):
                call()
        lines = BIO.IOBuffer(BIO.MemoryBuffer(b'one\ntwo'))
        self.assertEqual([lines.readline(-1), lines.readline(None)],
                         [b'one\n', b'two'])


if __name__ == '__main__':
    unittest.main()
