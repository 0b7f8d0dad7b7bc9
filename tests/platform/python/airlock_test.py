# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The package `airlock`.

usage: PYTHON airlock_test.py MODULE CERTS

PYTHONPATH leads to MODULE, an `_ssl`, and to the package.
"""
import os
import socket
import subprocess
import sys
import threading
import unittest

MODULE, CERTS = [os.path.abspath(path) for path in sys.argv[1:3]]
del sys.argv[1:3]

import airlock
import ssl

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(airlock.__file__)))


def cert(name):
    return os.path.join(CERTS, name)


def run(code, environment=(), options=()):
    """(exit status, output, errors) of a Python that has only the package."""
    variables = dict(os.environ, PYTHONPATH=PACKAGE)
    for name in ('AIRLOCK_VERIFY', 'PYTHONHTTPSVERIFY'):
        variables.pop(name, None)
    variables.update(environment)
    process = subprocess.Popen(
        [sys.executable] + list(options) + ['-c', code], env=variables,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate()
    return process.returncode, out.decode().strip(), err.decode()


class InstallTest(unittest.TestCase):

    def test_before_ssl(self):
        status, out, err = run(
            'import airlock, sys; airlock.install(); airlock.install(); '
            'print("_ssl" in sys.modules); '
            'import ssl; print(ssl.OPENSSL_VERSION); '
            'print(airlock.installed()); airlock.install()')
        self.assertEqual(status, 0, err)
        self.assertIn('Airlock', out)
        self.assertEqual(out.split()[0], 'False')
        self.assertEqual(out.split()[-1], 'True')

    def test_wins_over_an_isolated_path(self):
        # Like a .pth file, which -I and -E do not disable.
        code = ('import sys; sys.path.append(%r); import airlock; '
                'airlock.install(); import ssl; print(ssl.OPENSSL_VERSION)'
                % PACKAGE)
        status, out, err = run(code, options=['-E'])
        self.assertEqual(status, 0, err)
        self.assertIn('Airlock', out)

    def test_after_the_stock_ssl(self):
        status, _, err = run('import ssl, airlock; print(airlock.installed()); '
                             'airlock.install()')
        self.assertEqual(status, 1)
        self.assertIn('ssl is already imported', err)
        self.assertIn('by __main__', err)
        self.assertIn('airlock.pth', err)

    def test_no_module_for_this_python(self):
        # After the first error, the stock ssl is still not used.
        code = ('import airlock._finder as f; f._FOLDERS[:] = ["/nowhere"]\n'
                'try: f.install()\n'
                'except ImportError as error: print(error)\n'
                'import ssl')
        status, out, err = run(code)
        self.assertEqual(status, 1)
        self.assertIn('/nowhere', out)
        self.assertIn('ImportError: Airlock has no _ssl', err)

    def test_policy_that_makes_no_sense(self):
        status, _, err = run('import airlock; airlock.install(); import ssl',
                             {'AIRLOCK_VERIFY': 'sometimes'})
        self.assertEqual(status, 1)
        self.assertIn('AIRLOCK_VERIFY', err)

    def test_is_here(self):
        self.assertTrue(airlock.installed())
        self.assertEqual(os.path.realpath(sys.modules['_ssl'].__file__),
                         os.path.realpath(MODULE))


class PolicyTest(unittest.TestCase):

    def ask(self, **environment):
        status, out, err = run('import airlock; print(airlock.policy())',
                               environment)
        self.assertEqual(status, 0, err)
        return out.splitlines()

    def test_nothing_set(self):
        self.assertIn('verification: off (built in)', self.ask())

    def test_default(self):
        self.assertIn('verification: default (PYTHONHTTPSVERIFY=1)',
                      self.ask(PYTHONHTTPSVERIFY='1'))

    def test_enforce(self):
        said = self.ask(AIRLOCK_VERIFY='enforce', PYTHONHTTPSVERIFY='1')
        self.assertIn('verification: enforce (AIRLOCK_VERIFY=enforce), '
                      'not default (PYTHONHTTPSVERIFY=1)', said)
        self.assertIn('minimum_version: TLSv1.2 (AIRLOCK_VERIFY=enforce)', said)

    def test_fields(self):
        policy = airlock.policy()
        self.assertEqual(policy['verification'], ('off', 'built in', ()))
        self.assertIsNone(policy['minimum_version'].value)
        self.assertEqual(list(policy)[0], 'verification')


class WrapSocketTest(unittest.TestCase):

    def pair(self, server=None, **client):
        """Client and server, shaken hands; the client's error is raised."""
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))
        listener.listen(1)
        accepted = []

        def serve():
            plain, _ = listener.accept()
            try:
                accepted.append(airlock.wrap_socket(
                    plain, certfile=cert('server_p256_chain.pem'),
                    keyfile=cert('server_p256.key'), server_side=True,
                    **(server or {})))
            except (ssl.SSLError, socket.error):
                plain.close()

        thread = threading.Thread(target=serve)
        thread.start()
        plain = socket.create_connection(listener.getsockname())
        self.addCleanup(listener.close)
        self.addCleanup(plain.close)
        try:
            wrapped = airlock.wrap_socket(plain, **client)
            self.addCleanup(wrapped.close)
        finally:
            plain.close()
            thread.join()
            for end in accepted:
                self.addCleanup(end.close)
        return wrapped, accepted[0]

    def test_nothing_asked_for(self):
        client, _ = self.pair()
        self.assertEqual(client.getpeercert(), {})

    def test_verified_by_pem_text(self):
        with open(cert('root.pem')) as file:
            roots = file.read()
        client, server = self.pair(cert_reqs=ssl.CERT_REQUIRED, ca_certs=roots)
        airlock.match_hostname(client.getpeercert(), 'localhost')
        with self.assertRaises(ssl.CertificateError):
            airlock.match_hostname(client.getpeercert(), 'elsewhere.test')
        client.sendall(b'words')
        self.assertEqual(server.recv(10), b'words')

    def test_both_verify(self):
        client, server = self.pair(
            {'cert_reqs': ssl.CERT_REQUIRED, 'ca_certs': cert('root.pem')},
            cert_reqs=ssl.CERT_REQUIRED, ca_certs=cert('root.pem'),
            certfile=cert('client_p256.pem'), keyfile=cert('client_p256.key'),
            server_hostname='localhost')
        server.sendall(b'words')  # In TLS 1.3 the client finishes first.
        client.recv(10)
        self.assertTrue(server.getpeercert()['subject'])

    def test_name_is_checked_where_given(self):
        self.pair(cert_reqs=ssl.CERT_REQUIRED, ca_certs=cert('root.pem'),
                  server_hostname='server.test')
        with self.assertRaises((ssl.SSLError, ssl.CertificateError)):
            self.pair(cert_reqs=ssl.CERT_REQUIRED, ca_certs=cert('root.pem'),
                      server_hostname='elsewhere.test')

    def test_untrusted(self):
        with self.assertRaises(ssl.SSLError) as caught:
            self.pair(cert_reqs=ssl.CERT_REQUIRED,
                      ca_certs=cert('other_root.pem'))
        self.assertEqual(caught.exception.reason, 'CERTIFICATE_VERIFY_FAILED')

    def test_old_protocol(self):
        client, _ = self.pair(ssl_version=ssl.PROTOCOL_TLSv1_2)
        self.assertEqual(client.version(), 'TLSv1.2')

    def test_certificate_is_missing(self):
        plain = socket.socket()
        self.addCleanup(plain.close)
        for options in ({'server_side': True}, {'keyfile': 'key.pem'}):
            with self.assertRaises(ValueError):
                airlock.wrap_socket(plain, **options)

    def test_policy_default(self):
        # By default, chain and name are verified.
        code = ('import airlock\n'
                'airlock.install()\n'
                'import socket\n'
                'a, b = socket.socketpair()\n'
                'if str is bytes: a = socket.socket(_sock=a)\n'
                'airlock.wrap_socket(a, do_handshake_on_connect=False%s)')
        for asked, error in (('', 'name'), (', server_hostname="x.test"', '')):
            status, _, err = run(code % asked, {'AIRLOCK_VERIFY': 'default'})
            self.assertEqual(bool(status), bool(error), err)
            self.assertIn(error, err)


class MatchHostnameTest(unittest.TestCase):

    NAMES = {
        'subject': ((('commonName', 'common.test'),),),
        'subjectAltName': (
            ('DNS', 'www.a.test'), ('DNS', '*.wild.test'), ('DNS', '*.com'),
            ('DNS', 'w*.partial.test'), ('DNS', 'in.*.test'),
            ('DNS', 'xn--bcher-kva.test'), ('DNS', '192.0.2.1'),
            ('IP Address', '192.0.2.7'), ('URI', 'https://uri.test'),
            ('IP Address', '2001:DB8:0:0:0:0:0:1')),
    }

    def test_matches(self):
        for name in ('www.a.test', 'WWW.A.test.', b'www.a.test',
                     'x.wild.test', '192.0.2.7', '2001:db8::1',
                     '[2001:db8::1]', u'b\xfccher.test'):
            airlock.match_hostname(self.NAMES, name)

    def test_does_not_match(self):
        for name in ('a.test', 'common.test', 'wild.test', 'a.b.wild.test',
                     'b.com', 'ww.partial.test', 'in.x.test', '192.0.2.1',
                     '192.0.2.8', '2001:db8::2', 'uri.test'):
            with self.assertRaises(ssl.CertificateError):
                airlock.match_hostname(self.NAMES, name)

    def test_common_name_is_never_used(self):
        with self.assertRaises(ssl.CertificateError):
            airlock.match_hostname({'subject': self.NAMES['subject']},
                                   'common.test')

    def test_no_name_at_all(self):
        for name in ('', '.', 'a..test', '127.1', '0x7f.1', '127.0.0.0x1',
                     '[127.0.0.1]', '127.0.0.1%lo', '192.0.2.7.', '[::1',
                     '*.wild.test', 'a b',
                     'www.a.test\0', 'www.a.test\n', 'x\n.wild.test',
                     'x' * 64 + '.wild.test', b'b\xfccher'):
            with self.assertRaises(ValueError):
                airlock.match_hostname(self.NAMES, name)

    def test_no_certificate(self):
        for nothing in (None, {}):
            with self.assertRaises(ValueError):
                airlock.match_hostname(nothing, 'www.a.test')


@unittest.skipIf(sys.version_info[0] == 2, 'cannot read stubs')
class StubTest(unittest.TestCase):

    def test_says_what_the_package_has(self):
        import ast
        import inspect
        path = os.path.join(PACKAGE, 'airlock', '__init__.pyi')
        with open(path) as file:
            nodes = ast.parse(file.read()).body
        named = {'__version__'}
        for node in nodes:
            if getattr(node, 'name', '_').startswith('_'):
                continue
            named.add(node.name)
            actual = getattr(airlock, node.name)
            if isinstance(node, ast.FunctionDef):
                self.assertEqual([each.arg for each in node.args.args],
                                 list(inspect.signature(actual).parameters))
        self.assertEqual(named, set(airlock.__all__) | {'__version__'})

        setting, = [node for node in nodes
                    if getattr(node, 'name', '') == 'Setting']
        self.assertEqual(tuple(field.target.id for field in setting.body),
                         airlock.Setting._fields)


if __name__ == '__main__':
    unittest.main()
