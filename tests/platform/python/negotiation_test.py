# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Groups, signature algorithms and TLS 1.3 suites, by name.

usage: PYTHON negotiation_test.py CERTS AIRLOCK
  CERTS    the folder of testdata's certificates
  AIRLOCK  the command

Each is tested by the functions of the package `airlock`, and from Python 3.15
on by the methods of `ssl` itself.
"""
import os
import socket
import ssl
import subprocess
import sys
import unittest

import airlock
from connections import (SECONDS, Task, TlsTest, cert, client_context, main,
                         server_context, socket_pair)

AIRLOCK = os.path.abspath(sys.argv.pop(1))
SUITES = ('TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256',
          'TLS_AES_128_GCM_SHA256')
RSA = 'rsa_pss_rsae_sha256'
ECDSA = 'ecdsa_secp256r1_sha256'


class Ssl(object):
    """The methods of ssl under the names of the package's functions."""

    get_sigalgs = staticmethod(getattr(ssl, 'get_sigalgs', lambda: None))

    def __getattr__(self, name):
        return lambda target, *args, **kwargs: getattr(target, name)(
            *args, **kwargs)


INTERFACES = [airlock]
if hasattr(ssl.SSLContext, 'set_groups'):
    INTERFACES.append(Ssl())


def default_group():
    """The first that both sides have, by the engine (docs/engines.md)."""
    try:
        airlock.set_groups(client_context(), 'X25519MLKEM768')
    except ssl.SSLError:
        return 'x25519'
    return 'X25519MLKEM768'


def rsa_server():
    """Before TLS 1.3, the groups also limit the keys of certificates."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert('server_rsa_chain.pem'), cert('server_rsa.key'))
    return context


def client_with_certificate():
    context = client_context()
    context.load_cert_chain(cert('client_rsa.pem'), cert('client_rsa.key'))
    return context


def server_that_asks():
    context = server_context()
    context.load_verify_locations(cert('root.pem'))
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def mldsa(name):
    return cert(os.path.join('..', 'mldsa', name))


class NegotiationTest(TlsTest):

    def connect_anew(self, client=None, server=None):
        self.near, self.far = socket_pair()
        self.addCleanup(self.near.close)
        self.addCleanup(self.far.close)
        ends = self.connect(client, server)
        # A client of TLS 1.3 is done before its server knows it.
        ends[0].sendall(b'x')
        self.assertEqual(ends[1].recv(1), b'x')
        return ends

    def assert_refused(self, client, server):
        """Neither side gets through a handshake."""
        self.near, self.far = socket_pair()
        accepting = Task(self.wrap_server, server)
        with self.assertRaises(ssl.SSLError):
            self.wrap_client(client).recv(1)
        with self.assertRaises(ssl.SSLError):
            accepting.result()

    def each(self, *names):
        for api in INTERFACES:
            for name in names or ('',):
                yield api, name

    def refuses(self, function, context, text, words):
        with self.assertRaises(ssl.SSLError) as caught:
            function(context, text)
        self.assertEqual(caught.exception.args[0], 0, text)
        self.assertIn(words, str(caught.exception))

    def test_group_is_what_was_set(self):
        for api, name in self.each('secp384r1', 'secp521r1', 'x25519',
                                   'secp256r1'):
            for limited in 'client', 'server':
                contexts = {'client': client_context(),
                            'server': server_context()}
                api.set_groups(contexts[limited], name)
                for end in self.connect_anew(**contexts):
                    self.assertEqual(api.group(end), name)

    def test_certificate_is_compressed_only_for_clients_that_ask(self):
        # ssl's clients do not.
        for end in self.connect_anew():
            self.assertIsNone(airlock.certificate_compression(end))
        with socket.socket() as listener:
            listener.bind(('127.0.0.1', 0))
            listener.listen(1)
            client = subprocess.Popen(
                [AIRLOCK, 'connect', '--no-io', '--compressed-certificates',
                 '--ca=' + cert('root.pem'),
                 'localhost:%d' % listener.getsockname()[1]])
            self.addCleanup(client.wait)
            accepted, _ = listener.accept()
            with server_context().wrap_socket(accepted,
                                              server_side=True) as server:
                self.assertEqual(airlock.certificate_compression(server),
                                 'zlib')

    def test_group_of_old_version(self):
        client = client_context()
        client.maximum_version = ssl.TLSVersion.TLSv1_2
        for api, _ in self.each():
            api.set_groups(client, 'P-384')
            for end in self.connect_anew(client, rsa_server()):
                self.assertEqual(api.group(end), 'secp384r1')

    def test_no_common_group(self):
        for api, _ in self.each():
            client, server = client_context(), server_context()
            api.set_groups(client, 'prime256v1')
            api.set_groups(server, 'secp384r1')
            self.assert_refused(client, server)

    def test_lists_of_groups(self):
        for api, _ in self.each():
            for text in ('?foo:P-384', 'P-384:?foo', '*secp384r1', '?*p-384',
                         'P-384:P-384', 'P-384/?foo'):
                server = server_context()
                api.set_groups(server, text)
                self.assertEqual(api.group(self.connect_anew(server=server)[0]),
                                 'secp384r1', text)
            # The default again.
            for text in '', 'DEFAULT':
                api.set_groups(server, 'P-521')
                api.set_groups(server, text)
                self.assertEqual(api.group(self.connect_anew(server=server)[0]),
                                 default_group())

    def test_key_share_is_for_the_first_group(self):
        for api, text in self.each('P-384:*X25519', 'X25519:*P-384'):
            client, server = client_context(), server_context()
            api.set_groups(client, text)
            api.set_groups(server, 'P-384')
            to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
            near = client.wrap_bio(to_client, to_server,
                                   server_hostname='localhost')
            far = server.wrap_bio(to_server, to_client, server_side=True)
            for end in near, far:
                with self.assertRaises(ssl.SSLWantReadError):
                    end.do_handshake()
            if text.startswith('P-384'):
                near.do_handshake()
            else:
                # The server has asked for another share.
                with self.assertRaises(ssl.SSLWantReadError):
                    near.do_handshake()

    def test_wrong_groups(self):
        for api, _ in self.each():
            server = server_context()
            api.set_groups(server, 'P-384')
            for text in ('foo', 'P-256:foo', 'P-256:', ':', 'P-256::P-384', '?',
                         '?foo', 'P-256 P-384', '-P-256', 'x' * 100000):
                self.refuses(api.set_groups, server, text, 'unrecognized group')
            for wrong in None, b'P-256', 1, ['P-256']:
                with self.assertRaises(TypeError):
                    api.set_groups(server, wrong)
            with self.assertRaises(ValueError):
                api.set_groups(server, 'P-256\0')
            # Nothing has changed.
            self.assertEqual(api.group(self.connect_anew(server=server)[0]),
                             'secp384r1')

    def test_get_groups(self):
        for api, _ in self.each():
            context = server_context()
            names = api.get_groups(context)
            self.assertIn('x25519', names)
            self.assertIn('secp256r1', names)
            self.assertNotIn('P-256', names)
            more = api.get_groups(context, include_aliases=True)
            self.assertEqual([name for name in more if name[:2] != 'P-'], names)
            self.assertIn('P-256', more)
            for name in more:
                api.set_groups(context, name)
            # What is set does not change what there is.
            self.assertEqual(api.get_groups(context), names)

    def test_get_groups_goes_by_the_versions(self):
        for api, _ in self.each():
            context = server_context()
            names = api.get_groups(context, include_aliases=True)
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            self.assertEqual(
                api.get_groups(context, include_aliases=True),
                [name for name in names if name != 'X25519MLKEM768'])
            context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            self.assertEqual(
                api.get_groups(context, include_aliases=True),
                [name for name in names if name not in ('secp224r1', 'P-224')])
            self.assertIn('x25519', api.get_groups(context))

    def test_signature_of_server(self):
        for api, version in self.each('TLSv1_2', 'TLSv1_3'):
            client = client_context()
            client.maximum_version = ssl.TLSVersion[version]
            for end in self.connect_anew(client):
                self.assertEqual(api.server_sigalg(end), ECDSA)
                self.assertIsNone(api.client_sigalg(end))

    def test_signature_of_client(self):
        for api, version in self.each('TLSv1_2', 'TLSv1_3'):
            for limited in None, 'client', 'server':
                contexts = {'client': client_with_certificate(),
                            'server': server_that_asks()}
                contexts['client'].maximum_version = ssl.TLSVersion[version]
                if limited:
                    api.set_client_sigalgs(contexts[limited],
                                           'ed25519:rsa_pss_rsae_sha384')
                for end in self.connect_anew(**contexts):
                    self.assertEqual(
                        api.client_sigalg(end),
                        'rsa_pss_rsae_sha384' if limited else RSA)
                    self.assertEqual(api.server_sigalg(end), ECDSA)

    def test_servers_algorithms_are_the_clients_unless_set(self):
        for api, _ in self.each():
            client, server = client_with_certificate(), server_that_asks()
            api.set_server_sigalgs(client, ECDSA + ':rsa_pss_rsae_sha512')
            for end in self.connect_anew(client, server):
                self.assertEqual(api.client_sigalg(end), 'rsa_pss_rsae_sha512')
            api.set_client_sigalgs(client, 'rsa_pss_rsae_sha384')
            for end in self.connect_anew(client, server):
                self.assertEqual(api.client_sigalg(end), 'rsa_pss_rsae_sha384')

    def test_no_common_algorithm(self):
        for api, version in self.each('TLSv1_2', 'TLSv1_3'):
            for limited in 'client', 'server':
                contexts = {'client': client_context(),
                            'server': server_context()}
                contexts['client'].maximum_version = ssl.TLSVersion[version]
                # The key is on P-256.
                api.set_server_sigalgs(contexts[limited], RSA)
                self.assert_refused(**contexts)
            client, server = client_with_certificate(), server_that_asks()
            client.maximum_version = ssl.TLSVersion[version]
            api.set_client_sigalgs(client, RSA)
            api.set_client_sigalgs(server, 'rsa_pss_rsae_sha384')
            self.assert_refused(client, server)

    def test_nothing_is_signed(self):
        client = client_context()
        first = self.connect_anew(client)
        first[1].sendall(b'ticket')
        self.assertEqual(first[0].recv(6), b'ticket')
        near, far = socket_pair()
        self.addCleanup(near.close)
        self.addCleanup(far.close)
        accepting = Task(first[1].context.wrap_socket, far, True)
        again = client.wrap_socket(near, server_hostname='localhost',
                                   session=first[0].session)
        self.addCleanup(again.close)
        ends = again, accepting.result()
        self.addCleanup(ends[1].close)
        for api, _ in self.each():
            for end in ends:
                self.assertTrue(end.session_reused)
                self.assertIsNone(api.server_sigalg(end))
                self.assertIsNone(api.client_sigalg(end))
                self.assertEqual(api.group(end), default_group())

    def test_rsa_key_exchange_has_neither(self):
        client = client_context()
        client.maximum_version = ssl.TLSVersion.TLSv1_2
        server = rsa_server()
        for context in client, server:
            context.set_ciphers('AES128-GCM-SHA256')
        for api, name in self.each('group', 'client_sigalg', 'server_sigalg'):
            for end in self.connect_anew(client, server):
                self.assertEqual(end.cipher()[0], 'AES128-GCM-SHA256')
                self.assertIsNone(getattr(api, name)(end))

    def test_old_versions_do_not_name_the_algorithm(self):
        client, server = client_with_certificate(), rsa_server()
        server.load_verify_locations(cert('root.pem'))
        server.verify_mode = ssl.CERT_REQUIRED
        for context in client, server:
            context.set_ciphers('DEFAULT:@SECLEVEL=0')
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
        for api, name in self.each('client_sigalg', 'server_sigalg'):
            for end in self.connect_anew(client, server):
                self.assertEqual(end.version(), 'TLSv1.1')
                self.assertIsNone(getattr(api, name)(end))

    def test_nothing_is_known_yet(self):
        objects = [
            client_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(),
                                      server_hostname='localhost'),
            client_context().wrap_socket(socket.socket(),
                                         server_hostname='localhost')]
        self.addCleanup(objects[1].close)
        for api, name in self.each('group', 'client_sigalg', 'server_sigalg'):
            for each in objects:
                self.assertIsNone(getattr(api, name)(each))

    def test_lists_of_algorithms(self):
        for api, name in self.each('set_client_sigalgs', 'set_server_sigalgs'):
            setter = getattr(api, name)
            for text in (RSA, 'RSA_PSS_RSAE_SHA256', 'RSA+SHA256', 'pss+sha384',
                         'RSA-PSS+SHA512:ECDSA+SHA256', '?foo:ed25519',
                         ':'.join([ECDSA, ECDSA]), ':'.join(api.get_sigalgs())):
                setter(client_context(), text)
            for text in ('', ':', 'foo', RSA + ':foo', RSA + ':', '?foo',
                         'RSA', 'RSA+', 'rsa_pkcs1_sha1', 'ECDSA+SHA1',
                         'x' * 100000):
                self.refuses(setter, client_context(), text,
                             'unrecognized signature algorithm')
            for wrong in None, RSA.encode(), 7:
                with self.assertRaises(TypeError):
                    setter(client_context(), wrong)
            with self.assertRaises(ValueError):
                setter(client_context(), RSA + '\0')

    def test_get_sigalgs(self):
        for api, _ in self.each():
            self.assertIn(RSA, api.get_sigalgs())
            self.assertIn('ed25519', api.get_sigalgs())

    def test_mldsa(self):
        for api, _ in self.each():
            if 'mldsa65' not in api.get_sigalgs():
                for setter in api.set_client_sigalgs, api.set_server_sigalgs:
                    self.refuses(setter, server_context(), 'ed25519:mldsa65',
                                 '--config=upstream')
                    setter(server_context(), '?mldsa65:ed25519')
                continue
            for name in 'mldsa44', 'mldsa65', 'mldsa87':
                client = ssl.create_default_context(cafile=mldsa('ca.pem'))
                server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                for context in client, server:
                    context.load_cert_chain(mldsa(name + '.pem'),
                                            mldsa(name + '.key'))
                server.load_verify_locations(mldsa('ca.pem'))
                server.verify_mode = ssl.CERT_REQUIRED
                for text in None, name, name.upper() + ':' + RSA:
                    if text:
                        api.set_server_sigalgs(client, text)
                        api.set_client_sigalgs(server, text)
                    for end in self.connect_anew(client, server):
                        self.assertEqual(api.server_sigalg(end), name)
                        self.assertEqual(api.client_sigalg(end), name)
                api.set_server_sigalgs(client, RSA)
                self.assert_refused(client, server)

    def test_ciphersuites(self):
        for api, _ in self.each():
            context = client_context()
            for text in ':'.join(SUITES), ':'.join(reversed(SUITES)) + ':foo':
                api.set_ciphersuites(context, text)
            # A list that would leave one out must not be taken as if it did.
            for text in SUITES + (':'.join(SUITES[:2]), '', 'foo',
                                  'ECDHE-RSA-AES128-GCM-SHA256'):
                self.refuses(api.set_ciphersuites, context, text,
                             'No cipher suite can be selected')
            with self.assertRaises(TypeError):
                api.set_ciphersuites(context, b'foo')

    def test_objects_of_another_ssl(self):
        for function in (airlock.group, airlock.client_sigalg,
                         airlock.server_sigalg, airlock.get_groups):
            with self.assertRaises(TypeError):
                function(object())

    def test_openssl_sees_the_same(self):
        for api, _ in self.each():
            server = rsa_server()
            api.set_groups(server, 'secp384r1')
            api.set_server_sigalgs(server, 'rsa_pss_rsae_sha512')
            listener = socket.create_server(('127.0.0.1', 0))
            self.addCleanup(listener.close)
            listener.settimeout(SECONDS)

            def accept():
                with server.wrap_socket(listener.accept()[0],
                                        server_side=True) as accepted:
                    accepted.sendall(b'x')
                    return api.group(accepted), api.server_sigalg(accepted)

            accepting = Task(accept)
            output = subprocess.run(
                ['openssl', 's_client', '-connect',
                 '127.0.0.1:%d' % listener.getsockname()[1]],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, timeout=SECONDS).stdout.decode()
            self.assertEqual(accepting.result(),
                             ('secp384r1', 'rsa_pss_rsae_sha512'))
            self.assertIn('secp384r1, 384 bits', output)
            self.assertRegex(output, 'Peer signing digest: SHA512')
            self.assertRegex(output, '(?i)Peer signature type: .*RSA-PSS|'
                             'rsa_pss_rsae_sha512')


if __name__ == '__main__':
    main()
