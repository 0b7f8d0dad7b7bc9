# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Servers without a usable key: what they and their clients see.

usage: PYTHON server_key_test.py CERTS  (the folder of testdata's certificates)
"""
import ssl
import sys
import unittest

from connections import (Task, TlsTest, cert, main, server_context,
                         set_sni_callback)

NO_TLS1_3 = getattr(ssl, 'OP_NO_TLSv1_3', 0)


def bare_context():
    return ssl.SSLContext(ssl.PROTOCOL_SSLv23)


def weak_context():
    """Its certificate was good enough for the level when it was loaded."""
    context = bare_context()
    context.set_ciphers('DEFAULT:@SECLEVEL=0')
    context.load_cert_chain(cert('weak_rsa1024.pem'), cert('weak_rsa1024.key'))
    context.set_ciphers('DEFAULT:@SECLEVEL=2')
    return context


def reason_of(function, *arguments):
    try:
        function(*arguments)
    except ssl.SSLError as error:
        return error.reason
    return 'ok'


class ServerKeyTest(TlsTest):

    def versions(self):
        """A client's context of each version, and a new pair of sockets."""
        for options in 0, NO_TLS1_3:
            self.setUp()
            context = bare_context()
            context.options |= options
            context.set_ciphers('ALL:@SECLEVEL=0')
            yield context

    def reasons(self, client, server):
        """What client and server fail with, in this order."""
        connecting = Task(reason_of, self.wrap_client, client)
        said = reason_of(self.wrap_server, server)
        # The alert must reach the client before the end of the connection.
        self.far.close()
        return connecting.result(), said

    def test_no_certificate(self):
        for client in self.versions():
            self.assertEqual(
                self.reasons(client, bare_context()),
                ('SSLV3_ALERT_HANDSHAKE_FAILURE', 'NO_SHARED_CIPHER'))

    def test_too_weak_a_certificate(self):
        for client in self.versions():
            self.assertEqual(
                self.reasons(client, weak_context()),
                ('TLSV1_ALERT_INTERNAL_ERROR', 'EE_KEY_TOO_SMALL'))

    def test_certificate_whose_key_may_not_sign(self):
        context = bare_context()
        with self.assertRaises(ssl.SSLError) as caught:
            context.load_cert_chain(cert('root_p256.pem'),
                                    cert('root_p256.key'))
        self.assertEqual(caught.exception.reason, 'KEY_USAGE_BIT_INCORRECT')
        self.assertIn('no digitalSignature', str(caught.exception))

    def test_error_names_the_certificate(self):
        client = next(self.versions())
        connecting = Task(reason_of, self.wrap_client, client)
        with self.assertRaises(ssl.SSLError) as caught:
            self.wrap_server(weak_context())
        self.far.close()
        connecting.result()
        self.assertIn('RSA key has 1024 bits', str(caught.exception))

    def test_says_it_again(self):
        for client in self.versions():
            server = self.wrap_server(weak_context(), shake=False)
            connecting = Task(reason_of, self.wrap_client, client)
            for action in server.do_handshake, server.do_handshake:
                self.assertEqual(reason_of(action), 'EE_KEY_TOO_SMALL')
            server.close()
            self.assertEqual(connecting.result(),
                             'TLSV1_ALERT_INTERNAL_ERROR')

    def test_another_context_before_the_handshake(self):
        for context in bare_context(), weak_context():
            for client in self.versions():
                server = self.wrap_server(context, shake=False)
                server.context = server_context()
                accepting = Task(server.do_handshake)
                connection = self.wrap_client(client)
                accepting.result()
                self.assertTrue(connection.getpeercert(True))

    def test_certificate_of_the_sni_callback_alone(self):
        chosen = server_context()

        def choose(connection, _name, _context):
            connection.context = chosen

        for client in self.versions():
            server = bare_context()
            set_sni_callback(server, choose)
            connection, _ = self.connect(client, server)
            self.assertTrue(connection.getpeercert(True))

    def test_sni_callback_that_chooses_none(self):
        bare = bare_context()

        def choose_bare(connection, _name, _context):
            connection.context = bare

        for callback in (lambda *_: None), choose_bare:
            for client in self.versions():
                server = bare_context()
                set_sni_callback(server, callback)
                self.assertEqual(self.reasons(client, server)[0],
                                 'SSLV3_ALERT_HANDSHAKE_FAILURE')

    @unittest.skipUnless(hasattr(ssl, 'MemoryBIO'), 'no MemoryBIO in 2.7')
    def test_memory_bio(self):
        for context, alert in ((bare_context(), 40), (weak_context(), 80)):
            client = bare_context()
            client.check_hostname = False
            to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
            client = client.wrap_bio(to_client, to_server)
            server = context.wrap_bio(to_server, to_client, server_side=True)
            with self.assertRaises(ssl.SSLWantReadError):
                server.do_handshake()
            with self.assertRaises(ssl.SSLWantReadError):
                client.do_handshake()
            with self.assertRaises(ssl.SSLError):
                server.do_handshake()
            record = to_client.read()
            self.assertEqual(record[:1], b'\x15')
            self.assertEqual(bytearray(record)[-2:], bytearray([2, alert]))


if __name__ == '__main__':
    main()
