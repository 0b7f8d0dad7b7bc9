# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Details of the stock module that programs depend on.

usage: PYTHON as_stock_test.py CERTS    (the folder of testdata's certificates)
"""
import os
import shutil
import socket
import ssl
import sys
import tempfile
import threading
import unittest

from connections import (
    Task,
    cert,
    client_context,
    main,
    server_context,
    socket_pair,
)


class AsStockTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)

    def connect(self, client=None, after=lambda tls: None, name='localhost',
                server=None):
        """What `after` makes of a client whose server drops the line."""
        near, far = socket_pair()
        server = server or server_context()

        def serve():
            held = []
            try:
                held.append(server.wrap_socket(far, server_side=True))
                held[0].sendall(b'x')
                # Without close_notify.
                held[0].shutdown(socket.SHUT_WR)
                while held[0].recv(4096):
                    pass
            except (OSError, ssl.SSLError, socket.error):
                pass
            (held[0] if held else far).close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            tls = (client or client_context()).wrap_socket(
                near, server_hostname=name)
            try:
                tls.suppress_ragged_eofs = False
                return after(tls)
            finally:
                tls.close()
        finally:
            near.close()
            thread.join()

    @unittest.skipIf(sys.version_info < (3, 8), 'newer than this Python')
    def test_key_log_that_fails_ends_the_old_one(self):
        path = os.path.join(self.folder, 'keys')
        for bad, error in ((os.path.join(self.folder, 'no', 'keys'), OSError),
                           ('a\0b', ValueError), (1.5, TypeError)):
            context = client_context()
            context.keylog_filename = path
            with self.assertRaises(error):
                context.keylog_filename = bad
            self.assertIsNone(context.keylog_filename)
            size = os.path.getsize(path)
            self.connect(context)
            self.assertEqual(os.path.getsize(path), size)

    @unittest.skipUnless(hasattr(ssl.SSLSocket, 'sendfile'),
                         'newer than this Python')
    def test_sends_a_part_of_a_file(self):
        # 3.15's ssl would leave it to the kernel, if the module could.
        path = os.path.join(self.folder, 'file')
        content = bytes(bytearray(range(256))) * 500
        with open(path, 'wb') as file:
            file.write(content)
        near, far = socket_pair()
        received = []

        def serve():
            with server_context().wrap_socket(far, server_side=True) as tls:
                piece = tls.recv(65536)
                while piece:
                    received.append(piece)
                    piece = tls.recv(65536)
                tls.unwrap()

        thread = threading.Thread(target=serve)
        thread.start()
        with client_context().wrap_socket(near, server_hostname='localhost') \
                as tls, open(path, 'rb') as file:
            self.assertEqual(tls.sendfile(file, 7, 100000), 100000)
            self.assertEqual(file.tell(), 100007)
            self.assertEqual(tls.sendfile(file, 127990), 10)
            tls.unwrap()
        thread.join()
        self.assertEqual(b''.join(received),
                         content[7:100007] + content[127990:])

    @unittest.skipUnless(hasattr(ssl, 'SSLSession'), 'newer than this Python')
    def test_session_is_there_before_the_handshake(self):
        client = client_context()
        client.options |= getattr(ssl, 'OP_NO_TLSv1_3', 0)
        session = self.connect(client, lambda tls: tls.session)
        for given in session, None:
            near, far = socket_pair()
            tls = client.wrap_socket(near, server_hostname='localhost',
                                     do_handshake_on_connect=False,
                                     session=given)
            self.assertEqual(tls.session, given)
            tls.session = session
            self.assertEqual(tls.session, session)
            self.assertFalse(tls.session_reused)
            tls.close()
            far.close()

    @unittest.skipUnless(hasattr(ssl, 'SSLSession'), 'newer than this Python')
    def test_loading_cas_again_keeps_sessions(self):
        """urllib3 loads its bundle for each connection."""
        client, server = client_context(), server_context()
        client.options |= getattr(ssl, 'OP_NO_TLSv1_3', 0)
        server.verify_mode = ssl.CERT_OPTIONAL
        session = None
        for _ in range(3):
            server.load_verify_locations(cert('root.pem'))
            client.load_verify_locations(cert('root.pem'))
            near, far = socket_pair()
            accepting = Task(lambda end: server.wrap_socket(
                end, server_side=True), far)
            tls = client.wrap_socket(near, server_hostname='localhost',
                                     session=session)
            accepting.result().close()
            self.assertEqual(tls.session_reused, session is not None)
            session = tls.session
            tls.close()

    @unittest.skipUnless(hasattr(ssl, 'MemoryBIO'), 'no MemoryBIO in 2.7')
    def test_write_after_write_eof(self):
        bio = ssl.MemoryBIO()
        bio.write_eof()
        with self.assertRaises(ssl.SSLError) as caught:
            bio.write(b'x')
        self.assertEqual(caught.exception.args,
                         ('cannot write() after write_eof()',))
        self.assertIsNone(caught.exception.errno)

    def test_empty_name(self):
        """What smtplib and imaplib of 3.6 pass that were given no host."""
        near, far = socket_pair()
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        def wrap():
            context.wrap_socket(near, server_hostname='',
                                do_handshake_on_connect=False).close()
        if sys.version_info < (3, 7):
            wrap()
        else:
            self.assertRaises(ValueError, wrap)
        near.close()
        far.close()

    @unittest.skipIf(sys.version_info < (3, 7), 'newer than this Python')
    def test_reasons_of_a_refused_chain(self):
        for name, code, said in (
                ('self_signed', 18, 'self-signed certificate'),
                ('client_rsa', 26, 'unsuitable certificate purpose'),
                ('expired', 10, 'certificate has expired'),
                ('not_yet_valid', 9, 'certificate is not yet valid'),
                ('server_other', 20,
                 'unable to get local issuer certificate')):
            server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.load_cert_chain(cert(name + '.pem'), cert(name + '.key'))
            client = client_context()
            client.check_hostname = False
            with self.assertRaises(ssl.SSLCertVerificationError) as caught:
                self.connect(client, server=server)
            self.assertEqual(caught.exception.verify_code, code)
            self.assertEqual(caught.exception.verify_message, said)
            self.assertIn('certificate verify failed: ' + said,
                          str(caught.exception))

    def without_versions(self, protocol):
        context = ssl.SSLContext(protocol)
        for name in 'TLSv1', 'TLSv1_1', 'TLSv1_2', 'TLSv1_3':
            context.options |= getattr(ssl, 'OP_NO_' + name)
        yield context
        if hasattr(ssl, 'TLSVersion'):
            context = ssl.SSLContext(protocol)
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            yield context

    def test_setters_accept_an_empty_range_of_versions(self):
        """Programs narrow the range at one end before the other."""
        for protocol in (ssl.PROTOCOL_SSLv23,
                         getattr(ssl, 'PROTOCOL_TLS_CLIENT', 2),
                         getattr(ssl, 'PROTOCOL_TLS_SERVER', 2)):
            for context in self.without_versions(protocol):
                context.set_ciphers('ECDHE+AESGCM')
                context.set_ciphers('AES128-SHA')
                context.set_ecdh_curve('prime256v1')
                context.load_cert_chain(cert('server_rsa_chain.pem'),
                                        cert('server_rsa.key'))
                if hasattr(ssl.SSLContext, 'get_ciphers'):
                    names = [each['name'] for each in context.get_ciphers()]
                    self.assertIn('AES128-SHA', names)
                    self.assertIn('TLS_AES_128_GCM_SHA256', names)
                near, far = socket_pair()
                with self.assertRaises(ssl.SSLError) as caught:
                    context.check_hostname = False
                    context.verify_mode = ssl.CERT_NONE
                    context.wrap_socket(
                        near, server_side=protocol == getattr(
                            ssl, 'PROTOCOL_TLS_SERVER', None))
                self.assertEqual(caught.exception.reason,
                                 'NO_PROTOCOLS_AVAILABLE')
                near.close()
                far.close()

    @unittest.skipIf(sys.version_info[0] == 2, 'newer than this Python')
    def test_ciphers_are_called_as_openssl_calls_them(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        context.set_ciphers('ALL:@SECLEVEL=0')
        ciphers = {each['name']: each for each in context.get_ciphers()}
        for name, version, exchange in (
                ('TLS_AES_128_GCM_SHA256', 'TLSv1.3', 'kx-any'),
                ('AES128-GCM-SHA256', 'TLSv1.2', 'kx-rsa'),
                ('ECDHE-RSA-AES128-SHA', 'TLSv1.0', 'kx-ecdhe'),
                ('AES256-SHA', 'SSLv3', 'kx-rsa'),
                ('PSK-AES128-CBC-SHA', 'SSLv3', 'kx-psk'),
                ('ECDHE-PSK-AES128-CBC-SHA', 'TLSv1.0', 'kx-ecdhe-psk')):
            self.assertEqual(ciphers[name]['protocol'], version, name)
            self.assertEqual(ciphers[name]['kea'], exchange, name)
            self.assertIn(version.replace('.0', ''),
                          ciphers[name]['description'])

    @unittest.skipIf(sys.version_info < (3, 8), 'newer than this Python')
    def test_key_log_begins_as_stock_s(self):
        path = os.path.join(self.folder, 'keys')
        for _ in range(2):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.keylog_filename = path
        with open(path) as file:
            self.assertEqual(
                file.read(),
                '# TLS secrets log file, generated by OpenSSL / Python\n')

    @unittest.skipIf(sys.version_info < (3, 7), 'ssl.py compares names itself')
    def test_another_name_is_found_in_a_repr(self):
        for name, words in (
                ('other.test', "Hostname mismatch, certificate is not valid "
                               "for 'other.test'."),
                ('127.0.0.9', "IP address mismatch, certificate is not valid "
                              "for '127.0.0.9'.")):
            with self.assertRaises(ssl.SSLCertVerificationError) as caught:
                self.connect(name=name)
            error = caught.exception
            self.assertEqual(error.verify_message, words)
            # urllib3 puts the error's repr() into its own error.
            for text in (str(error), repr(error)):
                self.assertIn('certificate verify failed: ' + words, text)
                self.assertEqual(text.count('not valid for'), 1)

    @unittest.skipIf(sys.version_info < (3, 7), 'no such property')
    def test_lifetime_hint(self):
        for option in (0, ssl.OP_NO_TLSv1_3):
            context = client_context()
            context.options |= option

            def hint(tls):
                tls.recv(1)  # After which TLS 1.3 has the ticket.
                return tls.session.ticket_lifetime_hint
            self.assertGreater(self.connect(context, hint), 0)

    @unittest.skipIf(sys.version_info < (3, 6), 'no such method')
    def test_shared_ciphers_of_a_client(self):
        release = sys.version_info[:3]
        given = (release < (3, 10, 11)
                 or (3, 11) <= release < (3, 11, 3))
        ciphers = self.connect(after=lambda tls: tls.shared_ciphers())
        if given:
            self.assertEqual(len(ciphers[0]), 3)
        else:
            self.assertIsNone(ciphers)

    @unittest.skipIf(sys.version_info < (3, 8), 'no such option')
    def test_ignore_unexpected_eof(self):
        def read(tls):
            return tls.recv(1), tls.recv(1)

        def unwrap(tls):
            tls.recv(1)
            tls.unwrap().close()

        for action in (read, unwrap):
            with self.assertRaises(ssl.SSLEOFError) as caught:
                self.connect(after=action)
            self.assertEqual(
                (caught.exception.library, caught.exception.reason),
                ('SSL', 'UNEXPECTED_EOF_WHILE_READING'))
        context = client_context()
        context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
        self.assertEqual(self.connect(context, read), (b'x', b''))
        self.connect(context, unwrap)

    @unittest.skipIf(sys.version_info < (3, 8), 'no such option')
    def test_ignore_unexpected_eof_by_default(self):
        """Some Pythons have it set, and programs for these toggle it."""
        shown = bool(client_context().options & ssl.OP_IGNORE_UNEXPECTED_EOF)
        self.assertEqual(
            shown,
            sys.version_info < (3, 10, 11) or
            (3, 11) <= sys.version_info < (3, 11, 3))

        def read(tls):
            return tls.recv(1), tls.recv(1)

        def toggle(context):
            context.options ^= ssl.OP_IGNORE_UNEXPECTED_EOF

        def clear(context):
            context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF

        def set_another(context):
            context.options |= ssl.OP_NO_TICKET

        def set_and_clear(context):
            context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
            context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF

        def set_it(context):
            context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF

        def clear_and_set(context):
            clear(context)
            set_it(context)

        def set_it_and_another(context):
            set_it(context)
            set_another(context)

        def set_with_another(context):
            context.options |= (ssl.OP_IGNORE_UNEXPECTED_EOF |
                                ssl.OP_NO_COMPRESSION)

        for change, ignores in (
                (toggle, not shown), (clear, False), (set_another, False),
                (set_and_clear, False), (set_it, True), (clear_and_set, True),
                (set_it_and_another, True), (set_with_another, True)):
            context = client_context()
            change(context)
            if ignores:
                self.assertEqual(self.connect(context, read), (b'x', b''),
                                 change.__name__)
            else:
                with self.assertRaises(ssl.SSLEOFError, msg=change.__name__):
                    self.connect(context, read)

    @unittest.skipIf(sys.version_info < (3, 8), 'no such option')
    def test_ignored_eof_does_not_complete_a_handshake(self):
        near, far = socket_pair()
        far.close()
        context = client_context()
        context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
        with self.assertRaises((ssl.SSLError, socket.error)):
            context.wrap_socket(near, server_hostname='localhost')
        near.close()

    def test_lists_without_a_cipher(self):
        context = client_context()
        for text in ('', ' ', ':', ',;', '@SECLEVEL=2', '@STRENGTH'):
            with self.assertRaises(ssl.SSLError):
                context.set_ciphers(text)
        for words, texts in (
                ('is not a security level', ('@SECLEVEL=6', '@SECLEVEL=x',
                                              'HIGH:@SECLEVEL=6')),
                ('CBC with SHA-2', ('ECDHE-RSA-AES128-SHA256', 'SHA384')),
                ('TLS 1.3 suites are always enabled',
                 ('TLS_AES_128_GCM_SHA256', 'TLSv1.3')),
                ('RC4, 3DES', ('DES-CBC3-SHA', 'RC4'))):
            for text in texts:
                with self.assertRaises(ssl.SSLError) as raised:
                    context.set_ciphers(text)
                self.assertIn(words, str(raised.exception))
        context.set_ciphers('@SECLEVEL=2:ECDHE+AESGCM')

    def test_equal_contexts_count_their_own_connections(self):
        contexts = [client_context() for _ in range(2)]
        for context in contexts:
            self.connect(context)
        for context in contexts:
            stats = context.session_stats()
            self.assertEqual(stats['connect'], 1)
            self.assertEqual(stats['connect_good'], 1)
            self.assertEqual(stats['hits'], 0)

    def test_a_changed_context_goes_on_counting(self):
        context = client_context()
        self.connect(context)
        context.set_ciphers('ECDHE+AESGCM')
        self.connect(context)
        self.assertEqual(context.session_stats()['connect_good'], 2)

    def test_handshakes_that_fail_are_counted(self):
        context = client_context()
        near, far = socket_pair()
        far.close()
        with self.assertRaises((ssl.SSLError, socket.error)):
            context.wrap_socket(near, server_hostname='localhost')
        near.close()
        stats = context.session_stats()
        self.assertEqual((stats['connect'], stats['connect_good']), (1, 0))

    def test_a_list_that_was_set_before(self):
        for _ in range(2):
            for text in ('ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES256-SHA'):
                context = client_context()
                context.set_ciphers(text)
                with self.assertRaises(ssl.SSLError):
                    context.set_ciphers('NOTHING')
                names = [each['name'] for each in context.get_ciphers()] if (
                    hasattr(context, 'get_ciphers')) else [text]
                self.assertIn(text, names)

    def test_nothing_to_read_yet(self):
        context = ssl.create_default_context()
        raised = []
        for _ in range(2):
            near, far = socket_pair()
            near.setblocking(False)
            client = context.wrap_socket(near, server_hostname='localhost',
                                         do_handshake_on_connect=False)
            with self.assertRaises(ssl.SSLWantReadError) as caught:
                client.do_handshake()
            client.close()
            far.close()
            raised.append(caught.exception)
        first, second = raised
        self.assertIsNot(first, second)
        first.reason = first.args = ('changed',)
        self.assertEqual(second.args[0], ssl.SSL_ERROR_WANT_READ)
        self.assertIn('did not complete (read)', second.args[1])
        self.assertIsNone(second.reason)
        self.assertIsNone(second.library)


if __name__ == '__main__':
    main()
