# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""How airlock.m2crypto verifies peers: without M2Crypto's defects.

usage: PYTHON m2crypto_verify_test.py CERTS
"""
import os
import ssl
import subprocess
import sys
import unittest

import m2crypto_peers as peers
from m2crypto_peers import Server, cert

peers.CERTS = os.path.abspath(sys.argv.pop(1))

from airlock.m2crypto import SSL, X509, m2

VERIFY = SSL.verify_peer | SSL.verify_fail_if_no_peer_cert


def context(callback=None, cafile='ca.pem', mode=VERIFY, depth=9):
    result = SSL.Context()
    if cafile:
        result.load_verify_locations(cert(cafile))
    result.set_verify(mode, depth, callback)
    return result


def connect(port, ctx):
    connection = SSL.Connection(ctx)
    connection.settimeout(peers.SECONDS)
    try:
        connection.connect(('localhost', port))
    except BaseException:
        connection.abandon()
        raise
    return connection


class TlsTest(unittest.TestCase):

    def refused(self, ctx, name='self_signed'):
        with Server(peers.server_context(name, name.replace('_chain', ''))
                    ) as server:
            with self.assertRaises(SSL.SSLError) as caught:
                connect(server.port, ctx)
        return caught.exception

    def accepted(self, ctx, name='self_signed', key=None):
        with Server(peers.server_context(name, key or name)) as server:
            connection = connect(server.port, ctx)
            connection.write(b'x')
            self.assertEqual(connection.read(), b'x')
            connection.close()
        return connection


class VerifyTest(TlsTest):

    def test_callback_is_of_its_context(self):
        """A later context that accepts everything weakens no other."""
        asked = []

        def strict(ok, store):
            asked.append((ok, store.get_error()))
            return ok

        careful = context(strict)
        careless = context(lambda ok, store: 1)
        self.accepted(careless)
        self.assertEqual(asked, [])
        error = self.refused(careful)
        self.assertEqual(asked, [
            (0, m2.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)])
        self.assertEqual(error.verify_code,
                         m2.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
        self.refused(context())
        self.accepted(careless)

    def test_only_an_unknown_issuer_is_accepted(self):
        for name in ('expired', 'eku_client_only', 'not_yet_valid',
                     'wrong_host'):
            for cafile in ('ca.pem', None):
                ctx = context(lambda ok, store: 1, cafile)
                with Server(peers.server_context(name, name)) as server:
                    with self.assertRaises(
                            (SSL.SSLError, SSL.Checker.WrongHost)):
                        connect(server.port, ctx)
        allow = SSL.cb.ssl_verify_callback_allow_unknown_ca
        self.accepted(context(allow, None), 'server_p256_chain', 'server_p256')
        self.refused(context(allow, None), 'expired')

    def test_callback_refuses(self):
        for answer in (lambda ok, store: 0, lambda ok, store: None,
                       lambda ok, store: '', lambda ok: 1,
                       lambda ok, store: 1 // 0,
                       lambda ok, store: store.get_error_depth() > 0):
            self.refused(context(answer), 'server_p256_chain')

    def test_callback_sees_the_path_alone(self):
        """A certificate that has no part in it is not shown."""
        server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pem = ''
        for name in ('server_p256_chain.pem', 'client_other.pem'):
            with open(cert(name)) as file:
                pem += file.read()
        server_context.load_cert_chain(pem, cert('server_p256.key'))
        seen = []

        def callback(ok, store):
            seen.append(str(store.get_current_cert().get_subject()))
            return ok

        with Server(server_context) as server:
            connection = connect(server.port, context(callback))
            self.assertEqual(len(connection.get_peer_cert_chain()), 3)
            connection.close()
        self.assertEqual(seen[-2:], ['/O=Airlock Test/CN=intermediate',
                                     '/O=Airlock Test/CN=server_p256'])
        self.assertNotIn(str(X509.load_cert(cert('client_other.pem'))
                             .get_subject()), seen)

    def test_old_style_callback(self):
        calls = []

        def callback(ctx_ptr, x509_ptr, errnum, errdepth, ok):
            calls.append((errnum, errdepth, ok))
            self.assertTrue(X509.X509(x509_ptr).as_pem())
            self.assertTrue(m2.ssl_ctx_get_cert_store(ctx_ptr))
            return 1

        with self.assertWarns(DeprecationWarning):
            self.accepted(context(callback))
        self.assertEqual(calls, [(18, 0, 0), (18, 0, 1)])

    def test_depth(self):
        self.accepted(context(depth=1), 'server_p256_chain', 'server_p256')
        error = self.refused(context(depth=0), 'server_p256_chain')
        self.assertEqual(error.verify_code, m2.X509_V_ERR_CERT_CHAIN_TOO_LONG)

    def test_result(self):
        connection = self.accepted(context(mode=SSL.verify_none))
        self.assertFalse(connection.verify_ok())
        self.assertEqual(connection.get_verify_result(), 18)
        self.assertTrue(self.accepted(context(), 'server_p256_chain',
                                      'server_p256').verify_ok())

    def test_policy(self):
        """Where the platform demands verification, nothing takes it away."""
        code = '''if True:
            import sys, m2crypto_peers as peers
            peers.CERTS = sys.argv[1]
            from airlock.m2crypto import SSL
            everything = lambda ok, store: 1
            for mode, callback in ((None, None), (SSL.verify_none, None),
                                   (SSL.verify_peer, everything)):
                ctx = SSL.Context()
                if mode is not None:
                    ctx.set_verify(mode, 9, callback)
                with peers.Server(peers.server_context(
                        'self_signed', 'self_signed')) as server:
                    connection = SSL.Connection(ctx)
                    try:
                        connection.connect(server.address)
                        print('connected')
                    except SSL.SSLError as error:
                        print(error.verify_code)
                    connection.close()
        '''
        for policy, expected in (('off', ['connected'] * 3),
                                 ('default', ['18'] * 3),
                                 ('enforce', ['18'] * 3)):
            environment = dict(os.environ, AIRLOCK_VERIFY=policy)
            environment['PYTHONPATH'] = os.pathsep.join(
                [environment['PYTHONPATH'],
                 os.path.dirname(os.path.abspath(__file__))])
            out = subprocess.run(
                [sys.executable, '-c', code, peers.CERTS], env=environment,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
            self.assertEqual(out.stdout.decode().split(), expected, policy)

    def test_missing_bundle(self):
        ctx = SSL.Context()
        for name in ('nowhere.pem', 'ca_no_certs.pem', 'ca_truncated.pem',
                     'verdicts.txt'):
            for load in (ctx.load_verify_locations, ctx.load_verify_info,
                         ctx.get_cert_store().load_info):
                with self.assertRaises(SSL.SSLError, msg=name):
                    load(cert(name))
        for name in ('nowhere.pem', 'verdicts.txt'):
            with self.assertRaises(SSL.SSLError):
                ctx.load_client_ca(cert(name))
        with self.assertRaises(SSL.SSLError):
            ctx.load_verify_locations(cert('ca.pem'), cert('nowhere'))


class RevocationTest(TlsTest):
    """X509_Store.set_flags."""

    def store(self, *files):
        ctx = context()
        store = ctx.get_cert_store()
        for file in files:
            store.load_info(cert(file))
        return ctx, store

    def test_a_revoked_certificate(self):
        ctx, store = self.store('crl_all.pem')
        self.accepted(ctx, 'revoked_chain', 'revoked')
        for flags in (SSL.verify_crl_check_leaf, SSL.verify_crl_check_chain):
            ctx, store = self.store('crl_all.pem')
            store.set_flags(flags)
            self.assertIn('revoked', str(self.refused(ctx, 'revoked_chain')))
            self.accepted(ctx, 'server_p256_chain', 'server_p256')

    def test_a_crl_is_missing(self):
        ctx, store = self.store()
        store.set_flags(SSL.verify_crl_check_leaf)
        self.assertIn('CRL', str(self.refused(ctx, 'server_p256_chain')))

    def test_a_callback_accepts_no_revoked_certificate(self):
        ctx, store = self.store('crl_all.pem')
        ctx.set_verify(SSL.verify_peer, 9, lambda ok, store: 1)
        store.set_flags(SSL.verify_crl_check_leaf)
        self.assertIn('revoked', str(self.refused(ctx, 'revoked_chain')))

    def test_unknown_flags(self):
        _, store = self.store()
        with self.assertRaises(ValueError):
            store.set_flags(0x40000000)
        with self.assertRaises(TypeError):
            store.set_flags('crl')


class NameTest(unittest.TestCase):

    class Certificate:
        """The names of a certificate that no CA would issue."""

        def __init__(self, names=(), common_name=None):
            self._names = [('DNS', name) for name in names]
            self._subject = X509.X509_Name(
                [] if common_name is None else
                [X509._der.Attribute('2.5.4.3', common_name)])

        def alternative_names(self):
            return self._names

        def get_subject(self):
            return self._subject

    def matches(self, host, *names, **kwargs):
        try:
            return SSL.Checker.Checker()(self.Certificate(names, **kwargs),
                                         host)
        except SSL.Checker.WrongHost as error:
            self.assertEqual(error.expectedHost, host)
            self.assertIn(error.actualHost, str(error))
            return False

    def test_names(self):
        self.assertTrue(self.matches('localhost', 'localhost'))
        self.assertTrue(self.matches('www.example.com', '*.example.com'))
        self.assertTrue(self.matches('a.example', common_name='a.example'))
        for host, pattern in (
                ('localhost', '*'), ('example.com', '*.com'),
                ('example.com', '*'), ('example.com', '*.*'),
                ('example.com', 'good.example|example.com'),
                ('xexample.com', '.|example.com'), ('example.com', '.*'),
                ('example.com', 'example.com\0.evil'),
                ('example.com', 'e*.com'), ('example.com', '[a-z.]+'),
                ('www.example.com', 'w*.example.com'),
                ('1.2.3.4', '1.2.3.4'), ('1.2.3.4', '*.2.3.4')):
            self.assertFalse(self.matches(host, pattern), pattern)
            self.assertFalse(self.matches(host, common_name=pattern), pattern)

    def test_common_name_is_second(self):
        self.assertFalse(self.matches('a.example', 'b.example',
                                      common_name='a.example'))

    def test_no_name(self):
        with self.assertRaises(SSL.Checker.WrongCertificate):
            self.matches('a.example')
        with self.assertRaises(SSL.Checker.NoCertificate):
            SSL.Checker.Checker('a.example')(None)

    def test_fingerprint(self):
        own = X509.load_cert(cert('server_p256.pem'))
        for digest in ('sha1', 'sha256'):
            right = own.get_fingerprint(digest)
            wrong = ('0' if right[0] != '0' else '1') + right[1:]
            check = SSL.Checker.Checker(None, right.encode(), digest)
            self.assertTrue(check(own))
            for fingerprint in (wrong, right[:-1], ''):
                with self.assertRaises(SSL.Checker.WrongCertificate):
                    SSL.Checker.Checker(None, fingerprint, digest)(own)
        with self.assertRaises(ValueError):
            SSL.Checker.Checker(None, '0' * 32, 'md5')(own)

    def test_another_host(self):
        for ctx in (context(), context(mode=SSL.verify_none)):
            with Server(peers.server_context('wrong_host',
                                             'wrong_host')) as server:
                with self.assertRaises(SSL.Checker.WrongHost):
                    connect(server.port, ctx)


if __name__ == '__main__':
    unittest.main()
