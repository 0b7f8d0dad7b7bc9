# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What names and results of airlock.m2crypto M2Crypto's documentation promises.

usage: PYTHON m2crypto_results_test.py CERTS
"""
import os
import sys
import unittest

import m2crypto_peers as peers
from m2crypto_peers import Server, cert

peers.CERTS = os.path.abspath(sys.argv.pop(1))

from airlock.m2crypto import BIO, DH, SSL, X509, Err, m2


def context(cafile='ca.pem', callback=None):
    result = SSL.Context()
    result.load_verify_locations(cert(cafile))
    result.set_verify(SSL.verify_peer, 9, callback)
    return result


def connect(ctx, name='server_p256_chain', key='server_p256', host='localhost'):
    with Server(peers.server_context(name, key)) as server:
        connection = SSL.Connection(ctx)
        connection.settimeout(peers.SECONDS)
        connection.set1_host(host)
        try:
            connection.connect(server.address)
        finally:
            connection.close()


class CallbackTest(unittest.TestCase):

    def seen(self, cafile, name, key):
        """The certificates that a verify callback sees, with their depths."""
        seen = []

        def callback(ok, store):
            seen.append((store.get_error_depth(), store.get_current_cert()))
            return ok

        connect(context(cafile, callback), name, key)
        return seen

    def test_it_sees_the_ca(self):
        for name, depths in (('server_p256_chain', [2, 1, 0]),
                             ('server_rsa_direct', [1, 0])):
            seen = self.seen('ca.pem', name, name.replace('_chain', ''))
            self.assertEqual([depth for depth, _ in seen], depths)
            ca = seen[0][1]
            self.assertEqual(str(ca.get_subject()), str(ca.get_issuer()))
            self.assertEqual(str(ca.get_subject()),
                             str(seen[1][1].get_issuer()))

    def test_a_ca_that_is_sent_is_seen_once(self):
        seen = self.seen('ca.pem', 'server_rsa_chain_with_root', 'server_rsa')
        self.assertEqual([depth for depth, _ in seen], [2, 1, 0])

    def test_of_two_cas_of_one_name_it_sees_the_right_one(self):
        right = X509.load_cert(cert('ca.pem')).get_fingerprint('sha256')
        for cafile in ('ca_same_name.pem', 'ca_all.pem'):
            seen = self.seen(cafile, 'server_p256_chain', 'server_p256')
            self.assertEqual(seen[0][1].get_fingerprint('sha256'), right)


class WrongHostTest(unittest.TestCase):

    def test_it_has_the_names_of_the_certificate(self):
        for name, key, field, names in (
                ('server_rsa_chain', 'server_rsa', 'subjectAltName',
                 'DNS:localhost, DNS:server.test, DNS:*.wild.test, '
                 'IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1'),
                ('cn_only', 'cn_only', 'commonName', 'localhost')):
            with self.assertRaises(SSL.Checker.WrongHost) as caught:
                connect(context(), name, key, 'other.example')
            error = caught.exception
            self.assertEqual(error.expectedHost, 'other.example')
            self.assertEqual(error.actualHost, names)
            self.assertEqual(error.fieldName, field)
            with self.assertRaises(SSL.Checker.WrongHost) as caught:
                SSL.Checker.Checker('other.example')(
                    X509.load_cert(cert(name.replace('_chain', '') + '.pem')))
            self.assertEqual(str(caught.exception), str(error))


class CertificateTest(unittest.TestCase):

    def test_extensions(self):
        for name, value in (('server_p256', 'CA:FALSE'), ('ca', 'CA:TRUE')):
            certificate = X509.load_cert(cert(name + '.pem'))
            self.assertEqual(
                certificate.get_ext('basicConstraints').get_value(), value)
        self.assertIn('IP Address:0:0:0:0:0:0:0:1', X509.load_cert(
            cert('server_rsa.pem')).get_ext('subjectAltName').get_value())

    def test_lengths_of_paths(self):
        from airlock.m2crypto import _der
        for value, text in (('3000', 'CA:FALSE'), ('30030101ff', 'CA:TRUE'),
                            ('30060101ff020100', 'CA:TRUE, pathlen:0')):
            self.assertEqual(_der.basic_constraints(bytes.fromhex(value)), text)


class FileTest(unittest.TestCase):

    def test_a_missing_file_is_a_bio_error(self):
        for load in (X509.load_cert, DH.load_params, BIO.openfile,
                     SSL.Context().set_tmp_dh):
            with self.assertRaises(BIO.BIOError) as caught:
                load('/nowhere/x.pem')
            self.assertEqual(caught.exception.args[0], 2)
            self.assertIn('No such file', str(caught.exception))


class NameTest(unittest.TestCase):

    def test_dispatcher_is_also_a_module(self):
        try:
            import asyncore  # noqa: F401
        except ImportError:
            with self.assertRaisesRegex(ImportError, 'asyncore'):
                import airlock.m2crypto.SSL.ssl_dispatcher
            with self.assertRaisesRegex(ImportError, 'asyncore'):
                SSL.ssl_dispatcher
            return
        from airlock.m2crypto.SSL.ssl_dispatcher import ssl_dispatcher
        import airlock.m2crypto.SSL.ssl_dispatcher
        self.assertIs(SSL.ssl_dispatcher, ssl_dispatcher)

    def test_errors(self):
        error = Err.SSLError(1, 'client')
        self.assertEqual((error.err, error.client_addr), (1, 'client'))
        self.assertTrue(issubclass(Err.M2CryptoError, Exception))
        for code, text in (
                (0, 'ok'), (m2.X509_V_ERR_CERT_HAS_EXPIRED,
                            'certificate has expired'),
                (m2.X509_V_ERR_UNABLE_TO_GET_CRL,
                 'unable to get certificate CRL'),
                (m2.X509_V_ERR_PATH_LENGTH_EXCEEDED,
                 'path length constraint exceeded'),
                (62, 'hostname mismatch'),
                (999, 'unknown certificate verification error')):
            self.assertEqual(Err.get_x509_verify_error(code), text)
        self.assertEqual(m2.SSL_CB_CONNECT_EXIT, 0x1002)
        self.assertEqual(m2.SSL_CB_ACCEPT_LOOP, 0x2001)
        self.assertEqual(m2.SSL_CB_READ_ALERT, 0x4004)


if __name__ == '__main__':
    unittest.main()
