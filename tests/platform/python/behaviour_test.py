# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the stock module does not have: keys as values, and the policy.

usage: PYTHON behaviour_test.py FOLDER      (any Python from 2.7 on)

FOLDER is that of the test certificates. The module `_ssl` to test is
first on the path.
"""
import base64
import binascii
import gc
import io
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import unittest

FOLDER = os.path.abspath(sys.argv.pop(1))
NAME = 'localhost'


def text(name):
    with open(os.path.join(FOLDER, name)) as file:
        return file.read()


def reader(content):
    """A file-like object, as an application has one."""
    return io.StringIO(content if str is not bytes else content.decode())


def client_context():
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    context.load_verify_locations(cafile=reader(text('ca.pem')))
    return context


def server_context():
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    context.load_cert_chain(reader(text('server_rsa_chain.pem')),
                            reader(text('server_rsa.key')))
    return context


def pair():
    """Two sockets that are connected to each other."""
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    near = socket.create_connection(listener.getsockname(), 30)
    far = listener.accept()[0]
    far.settimeout(30)
    listener.close()
    return near, far


def exchange(client, server, name=NAME):
    """Says hello over a pair of sockets; what the client's peer got."""
    near, far = pair()
    got = []

    def serve():
        try:
            wrapped = server.wrap_socket(far, server_side=True)
            got.append(wrapped.recv(100))
            wrapped.close()
        except (OSError, ssl.SSLError, socket.error):
            far.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        wrapped = client.wrap_socket(near, server_hostname=name)
        wrapped.sendall(b'hello')
        thread.join()
        wrapped.close()
    finally:
        near.close()
        thread.join()
    return got


class Credentials(unittest.TestCase):

    def test_file_like(self):
        self.assertEqual([b'hello'], exchange(client_context(),
                                              server_context()))

    def test_text(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        context.load_cert_chain(text('server_rsa_chain.pem'),
                                text('server_rsa.key'))
        self.assertEqual([b'hello'], exchange(client_context(), context))

    @unittest.skipUnless(hasattr(ssl, 'wrap_socket'), 'went with 3.12')
    def test_wrap_socket(self):
        near, far = pair()
        got = []

        def serve():
            wrapped = ssl.wrap_socket(
                far, reader(text('server_rsa.key')),
                reader(text('server_rsa_chain.pem')), server_side=True,
                cert_reqs=ssl.CERT_REQUIRED, ca_certs=reader(text('ca.pem')))
            got.append(wrapped.recv(100))
            wrapped.close()

        thread = threading.Thread(target=serve)
        thread.start()
        wrapped = ssl.wrap_socket(
            near, keyfile=reader(text('client_p256.key')),
            certfile=reader(text('client_p256.pem')),
            cert_reqs=ssl.CERT_REQUIRED, ca_certs=text('ca.pem'))
        self.assertTrue(wrapped.getpeercert()['subject'])
        wrapped.sendall(b'hello')
        thread.join()
        wrapped.close()
        self.assertEqual([b'hello'], got)

    @unittest.skipIf(sys.version_info >= (3, 12), 'went with 3.12')
    def test_https_connection(self):
        try:
            from httplib import HTTPSConnection
        except ImportError:
            from http.client import HTTPSConnection
        HTTPSConnection(NAME, key_file=reader(text('client_p256.key')),
                        cert_file=reader(text('client_p256.pem')))
        with self.assertRaises(ssl.SSLError):
            HTTPSConnection(NAME, key_file=reader(text('client_rsa.key')),
                            cert_file=reader(text('client_p256.pem')))

    def test_wrong_name(self):
        # Before 3.7 it is a CertificateError of ssl.py's own.
        with self.assertRaises((ssl.SSLError, ssl.CertificateError)):
            exchange(client_context(), server_context(), 'wrong.example')

    def test_many_connections_leave_nothing(self):
        client, server = client_context(), server_context()
        exchange(client, server)
        gc.collect()
        before = len(gc.get_objects())
        for _ in range(50):
            exchange(client, server)
        gc.collect()
        self.assertLess(len(gc.get_objects()), before + 50)


class BesideOpenSsl(unittest.TestCase):

    @unittest.skipIf('LD_PRELOAD' in os.environ, 'something is preloaded')
    def test_preloaded(self):
        # Its functions take precedence over the module's, if those are visible.
        program = '''
import runpy, sys
with open('/proc/self/maps') as maps:
    assert 'libssl.so.3' in maps.read()
sys.argv[:] = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
'''
        child = subprocess.Popen(
            [sys.executable, '-c', program, os.path.abspath(__file__), FOLDER,
             'Credentials'],
            env=dict(os.environ, LD_PRELOAD='libcrypto.so.3 libssl.so.3'),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = child.communicate()[0].decode()
        self.assertEqual(child.returncode, 0, said)


class Errors(unittest.TestCase):

    def words_of(self, kinds, function, *arguments, **keywords):
        with self.assertRaises(kinds) as raised:
            function(*arguments, **keywords)
        return str(raised.exception)

    def refusal(self, certificate, name=NAME):
        """What a client says of a server with that certificate."""
        server = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        server.load_cert_chain(text(certificate + '.pem'),
                               text(certificate + '.key'))
        # Before 3.7 a wrong name is a CertificateError of ssl.py's own.
        return self.words_of((ssl.SSLError, ssl.CertificateError),
                             exchange, client_context(), server, name)

    def test_untrusted(self):
        said = self.refusal('server_other')
        for words in ('CERTIFICATE_VERIFY_FAILED', 'depth 0',
                      'subject "CN=server_other,O=Airlock Test"',
                      'issuer "CN=Airlock Test Other Root,O=Airlock Test"',
                      'valid from 2020-01-01 to 2120-01-01',
                      'for localhost, server.test, *.wild.test, 127.0.0.1'):
            self.assertIn(words, said)

    def test_expired(self):
        said = self.refusal('expired')
        for words in ('depth 0', 'subject "CN=expired,O=Airlock Test"',
                      'issuer "CN=Airlock Test Root,O=Airlock Test"',
                      'valid from 2010-01-01 to 2011-01-01', 'today is'):
            self.assertIn(words, said)

    def test_another_name(self):
        said = self.refusal('wrong_host')
        self.assertIn('localhost', said)
        self.assertIn('elsewhere.test', said)
        if sys.version_info >= (3, 7):
            for words in ('CN=wrong_host,O=Airlock Test',
                          'CN=Airlock Test Root,O=Airlock Test',
                          'valid from 2020-01-01 to 2120-01-01'):
                self.assertIn(words, said)

    def test_no_such_file(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        chain = os.path.join(FOLDER, 'server_rsa_chain.pem')
        for arguments in ((chain, '/nowhere/a.key'), ('/nowhere/a.pem', None)):
            said = self.words_of(EnvironmentError, context.load_cert_chain,
                                 *arguments)
            self.assertIn('/nowhere/a.', said)
            self.assertIn('No such file', said)
        self.assertIn('/nowhere/ca.pem', self.words_of(
            EnvironmentError, context.load_verify_locations,
            '/nowhere/ca.pem'))

    def test_a_weak_certificate_is_refused_when_it_is_loaded(self):
        def load(context, name):
            context.load_cert_chain(text(name + '.pem'), text(name + '.key'))
        for name, reason, number in (
                ('weak_rsa512', 'EE_KEY_TOO_SMALL', 399),
                ('weak_rsa1024', 'EE_KEY_TOO_SMALL', 399),
                ('sha1_signed', 'CA_MD_TOO_WEAK', 398)):
            context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
            # The default of Python 3.10 and later.
            context.set_ciphers('DEFAULT:@SECLEVEL=2')
            with self.assertRaises(ssl.SSLError) as caught:
                load(context, name)
            self.assertEqual(caught.exception.reason, reason)
            self.assertEqual(caught.exception.library, 'SSL')
            # Up to Python 3.6 preceded by the library's number.
            library = 20 << 23 if sys.version_info < (3, 7) else 0
            self.assertEqual(caught.exception.errno, library | number)
            # Like OpenSSL: the current level.
            context.set_ciphers('DEFAULT:@SECLEVEL=0')
            load(context, name)

    def test_neither_path_nor_text(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        chain = os.path.join(FOLDER, 'server_rsa_chain.pem')
        for load, arguments in ((context.load_cert_chain, ('no such thing',)),
                                (context.load_cert_chain, (chain, 'no such')),
                                (context.load_verify_locations, ('no such',))):
            said = self.words_of(EnvironmentError, load, *arguments)
            for words in ('neither PEM text', 'nor the path', 'no such'):
                self.assertIn(words, said)

    def test_possible_secrets_are_not_shown(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        for name in ('server_rsa', 'server_p256', 'server_ed25519'):
            headless = text(name + '.key').split('\n', 1)[1]
            one_line = ''.join(headless.split('\n')[:-2])
            for key in (headless, one_line, one_line.encode(),
                        'KEY=' + one_line, '{"key": "%s"}' % one_line):
                with self.assertRaises(EnvironmentError) as raised:
                    context.load_cert_chain(text('server_rsa_chain.pem'), key)
                self.assertIn('neither PEM text', str(raised.exception))
                self.assertNotIn(one_line[:20], repr(vars(raised.exception)) +
                                 str(raised.exception) +
                                 repr(raised.exception.args) +
                                 str(raised.exception.filename))

    def test_possible_paths_are_shown(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        for path in ('no-such-name', '/0123456789abcdef0123456789abcdef01234567',
                     'certificates/of/the/server/in/production/key',
                     '0123456789abcdef0123456789abcdef01234567.pem'):
            with self.assertRaises(EnvironmentError) as raised:
                context.load_cert_chain(path)
            self.assertEqual(raised.exception.filename, path)

    def test_a_key_in_another_form_is_named_and_not_shown(self):
        certificate = text('server_p256.pem')
        key = text('server_p256.key')
        body = ''.join(key.splitlines()[1:-1])
        der = base64.b64decode(body)
        for form, words in (
                (base64.b64encode(key.encode()).decode(), 'base64-encoded PEM'),
                (body, 'base64 without BEGIN'),
                (binascii.hexlify(der).decode(), 'in hexadecimal'),
                (key.replace('-----', '----'), 'five dashes'),
                (key.replace('-----', '----').replace('\n', ' '),
                 'five dashes'),
                (key.lower(), 'capitals'),
                (key.replace(' ', '%20').replace('\n', '%0A'),
                 'percent-encoded'),
                (json.dumps({'kty': 'EC', 'd': body}), 'JSON'),
                ('<key>%s</key>' % body, 'XML')):
            for argument in (form, form.encode()):
                context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
                for load, arguments in (
                        (context.load_cert_chain, (certificate, argument)),
                        (context.load_cert_chain, (argument,)),
                        (context.load_verify_locations, (argument,))):
                    said = self.words_of(EnvironmentError, load, *arguments)
                    self.assertIn(words, said)
                    for start in range(0, len(form) - 16):
                        self.assertNotIn(form[start:start + 16], said)
            said = self.words_of(ssl.SSLError, context.load_verify_locations,
                                 None, None, u'' + form)
            self.assertIn(words, said)

    def test_utf_16_is_named(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        for encoding in 'utf-16', 'utf-16-le', 'utf-16-be', 'utf-32':
            said = self.words_of(
                EnvironmentError, context.load_cert_chain,
                text('server_p256.pem').encode(encoding))
            self.assertIn('UTF-16', said)

    def test_a_folder_of_cas_has_its_own_name_in_errors(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        said = self.words_of(ssl.SSLError, context.load_verify_locations,
                             None, 'x' * 300)
        self.assertIn('capath: ', said)
        self.assertNotIn('ca_certs', said)

    def test_key_of_another_certificate(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        said = self.words_of(ssl.SSLError, context.load_cert_chain,
                             os.path.join(FOLDER, 'server_rsa_chain.pem'),
                             os.path.join(FOLDER, 'server_p256.key'))
        self.assertIn('KEY_VALUES_MISMATCH', said)
        self.assertIn('server_p256.key', said)


@unittest.skipUnless(os.path.exists('/proc/self/environ'), 'needs /proc')
class Policy(unittest.TestCase):

    def ask(self, policy, program):
        """What `program` prints where the policy is in force from the start."""
        environment = dict(os.environ, AIRLOCK_VERIFY=policy)
        child = subprocess.Popen(
            [sys.executable, '-c', program], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return child.communicate()[0].decode()

    def test_enforced_whatever_the_application_does(self):
        said = self.ask('enforce', '''
import os
os.environ["AIRLOCK_VERIFY"] = "off"
import socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
context.verify_mode = ssl.CERT_NONE
try:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    context.wrap_socket(socket.create_connection(listener.getsockname()),
                        server_hostname="localhost",
                        do_handshake_on_connect=False)
    print("made")
except ssl.SSLError as error:
    print("refused: %s" % error)
''')
        self.assertIn('refused', said)
        self.assertIn('AIRLOCK_VERIFY=enforce', said)

    def test_nonsense_stops_the_import(self):
        said = self.ask('sometimes', 'import ssl')
        self.assertIn('ImportError', said)
        self.assertIn('sometimes', said)


if __name__ == '__main__':
    unittest.main()
