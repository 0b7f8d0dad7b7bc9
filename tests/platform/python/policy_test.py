# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The platform's policy holds, whatever an application's code does.

usage: PYTHON policy_test.py CERTS     (the folder of testdata's certificates)

Each test has a child process with a policy connect to a server here, which the
child must not trust, or may.
"""
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))
# What every application below begins with. `context` verifies, in the ways of
# this Python.
PROLOGUE = '''
import os, socket, sys
port = int(sys.argv[1])

def dial():
    return socket.create_connection(("127.0.0.1", port), 30)

def greet(wrapped):
    wrapped.sendall(b"hello")
    assert wrapped.recv(10) == b"hello"
    wrapped.close()
    print("connected")
'''
# What stands above this, in such an application, runs first.
PROLOGUE_HERE = '# The prologue.\n'
# Ways to be less strict, as one finds them in applications. The server has a
# certificate of a CA that nobody trusts.
EVASIONS = {
    'verify_mode': '''
        import ssl
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        greet(context.wrap_socket(dial(), server_hostname="localhost"))
    ''',
    'bare context': '''
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        greet(context.wrap_socket(dial(), server_hostname="localhost"))
    ''',
    'bare context, no name': '''
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        greet(context.wrap_socket(dial()))
    ''',
    'unverified context': '''
        import ssl
        context = ssl._create_unverified_context()
        greet(context.wrap_socket(dial(), server_hostname="localhost"))
    ''',
    'default HTTPS context': '''
        import ssl
        ssl._create_default_https_context = ssl._create_unverified_context
        try:
            from httplib import HTTPSConnection
        except ImportError:
            from http.client import HTTPSConnection
        connection = HTTPSConnection("localhost", port)
        connection.connect()
        greet(connection.sock)
    ''',
    'environment before import': '''
        os.environ["AIRLOCK_VERIFY"] = "off"
        os.environ["PYTHONHTTPSVERIFY"] = "0"
        os.environ.pop("AIRLOCK_CONFIG", None)
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        context.verify_mode = ssl.CERT_NONE
        greet(context.wrap_socket(dial(), server_hostname="localhost"))
    ''',
    'environment after import': '''
        import ssl
        os.environ.clear()
        os.environ["AIRLOCK_VERIFY"] = "off"
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        context.verify_mode = ssl.CERT_NONE
        greet(context.wrap_socket(dial(), server_hostname="localhost"))
    ''',
    'a subclass': '''
        import ssl
        class Context(ssl.SSLContext):
            verify_mode = ssl.CERT_REQUIRED
        context = Context(ssl.PROTOCOL_SSLv23)
        greet(context.wrap_socket(dial(), server_hostname="localhost"))
    ''',
    'another context before the handshake': '''
        import ssl
        wrapped = ssl.create_default_context().wrap_socket(
            dial(), server_hostname="localhost", do_handshake_on_connect=False)
        wrapped.context = ssl._create_unverified_context()
        wrapped.do_handshake()
        greet(wrapped)
    ''',
    'wrap_socket': '''
        import ssl
        greet(ssl.wrap_socket(dial(), cert_reqs=ssl.CERT_NONE))
    ''',
    'wrap_socket of airlock': '''
        import airlock, ssl
        greet(airlock.wrap_socket(dial(), cert_reqs=ssl.CERT_NONE,
                                  server_hostname="localhost"))
    ''',
    'memory': '''
        import ssl
        context = ssl._create_unverified_context()
        raw, into, out = dial(), ssl.MemoryBIO(), ssl.MemoryBIO()
        wrapped = context.wrap_bio(into, out, server_hostname="localhost")
        while True:
            try:
                wrapped.do_handshake()
                break
            except ssl.SSLWantReadError:
                raw.sendall(out.read())
                into.write(raw.recv(65536))
        print("connected")
        raw.sendall(out.read())
    ''',
}
if sys.version_info >= (3, 12):
    del EVASIONS['wrap_socket']
if sys.version_info < (3,):
    del EVASIONS['memory']
CHECK_OFF = '''
    import ssl
    context = ssl.create_default_context()
    context.check_hostname = False
    greet(context.wrap_socket(dial(), server_hostname="localhost"))
'''
PLAIN = '''
    import ssl
    context = ssl.create_default_context()
    greet(context.wrap_socket(dial(), server_hostname="%s"))
'''
OWN_CA = '''
    import ssl
    context = ssl.create_default_context(cafile=%r)
    greet(context.wrap_socket(dial(), server_hostname="localhost"))
'''


def cert(name):
    return os.path.join(CERTS, name)


class PolicyTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)

    def serve(self, name, clients=1, ciphers='ALL'):
        """The port of a server with that certificate, for so many clients.

        It speaks every version of TLS.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        chain = cert(name + '_chain.pem')
        if hasattr(context, 'minimum_version'):
            context.minimum_version = ssl.TLSVersion.TLSv1
        # First, as they say which certificates are too weak to be loaded.
        context.set_ciphers(ciphers)
        context.load_cert_chain(
            chain if os.path.exists(chain) else cert(name + '.pem'),
            cert(name + '.key'))
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))
        listener.listen(1)

        def run():
            for _ in range(clients):
                plain, _ = listener.accept()
                try:
                    plain.settimeout(30)
                    wrapped = context.wrap_socket(plain, server_side=True)
                    wrapped.sendall(wrapped.recv(10))
                    wrapped.close()
                except (ssl.SSLError, socket.error):
                    plain.close()

        thread = threading.Thread(target=run)
        thread.daemon = True
        thread.start()
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def policy(self, text):
        """The variables of a process with this policy of the operator's."""
        path = os.path.join(self.folder, 'airlock.yaml')
        with open(path, 'w') as file:
            file.write(textwrap.dedent(text))
        return {'AIRLOCK_CONFIG': path}

    def run_app(self, code, port, variables):
        """What an application of that code says, errors included."""
        environment = dict(os.environ, SSL_CERT_FILE=cert('root.pem'))
        for name in ('AIRLOCK_VERIFY', 'PYTHONHTTPSVERIFY', 'SSLKEYLOGFILE'):
            environment.pop(name, None)
        environment.update(variables)
        path = os.path.join(self.folder, 'app.py')
        with open(path, 'w') as file:
            # In Python 2, the prologue imports _ssl.
            first, _, then = code.rpartition(PROLOGUE_HERE)
            file.write('import os, sys\n' + first + PROLOGUE
                       + textwrap.dedent(then))
        process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', path, str(port)], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return process.communicate()[0].decode()

    def assert_connects(self, said):
        # What the log says of an upgrade, or of what it allows, is all that may
        # stand beside it.
        rest = [line for line in said.splitlines() if not re.match(
            'airlock: WARNING: (For a connection to .*, (because of|as is '
            'allowed by) |A client )', line)]
        self.assertEqual(rest, ['connected'], said)

    def assert_refused(self, said, *words):
        self.assertNotIn('connected', said)
        self.assertIn('Error', said)
        for word in words:
            self.assertIn(word, said)


class EvasionTest(PolicyTest):

    def test_off(self):
        # What these applications wanted; it is all stock Python's behaviour.
        for name, code in sorted(EVASIONS.items()):
            said = self.run_app(code, self.serve('server_other'),
                                {'AIRLOCK_VERIFY': 'off'})
            self.assert_connects(said)

    def test_enforced_by_the_environment(self):
        self.check({'AIRLOCK_VERIFY': 'enforce'})

    def test_enforced_by_the_operator(self):
        self.check(self.policy('tls: {verification: enforce}'))

    def test_upgraded(self):
        self.check(self.policy(
            'tls: {verification: enforce, on_override: upgrade}'))

    def check(self, variables):
        for name, code in sorted(EVASIONS.items()):
            said = self.run_app(code, self.serve('server_other'), variables)
            self.assertNotIn('connected', said, name)
            self.assertIn('Error', said, name)

    def test_those_who_are_trusted_connect(self):
        enforce = {'AIRLOCK_VERIFY': 'enforce'}
        for code in (PLAIN % 'localhost', EVASIONS['bare context']):
            self.assert_connects(
                self.run_app(code, self.serve('server_p256'), enforce))
        upgrade = self.policy(
            'tls: {verification: enforce, on_override: upgrade}')
        self.assert_connects(self.run_app(
            EVASIONS['verify_mode'], self.serve('server_p256'), upgrade))

    def test_name(self):
        for variables in ({'AIRLOCK_VERIFY': 'off'},
                          {'AIRLOCK_VERIFY': 'default'}):
            self.assert_connects(
                self.run_app(CHECK_OFF, self.serve('wrong_host'), variables))
        enforce = {'AIRLOCK_VERIFY': 'enforce'}
        said = self.run_app(CHECK_OFF, self.serve('wrong_host'), enforce)
        self.assert_refused(said, 'AIRLOCK_VERIFY=enforce')

    def test_default_verifies_who_says_nothing(self):
        default = {'AIRLOCK_VERIFY': 'default'}
        self.assert_refused(self.run_app(
            EVASIONS['bare context'], self.serve('server_other'), default),
            'CERTIFICATE_VERIFY_FAILED')
        self.assert_connects(self.run_app(
            EVASIONS['verify_mode'], self.serve('server_other'), default))


class BundleTest(PolicyTest):

    def setUp(self):
        super(BundleTest, self).setUp()
        self.rules = 'tls: {ca_certs: %s, on_override: %%s}' % cert('root.pem')

    def test_own_ca_is_refused(self):
        said = self.run_app(OWN_CA % cert('other_root.pem'),
                            self.serve('server_other'),
                            self.policy(self.rules % 'reject'))
        self.assert_refused(said, 'airlock.yaml:1:')

    def test_own_ca_does_not_count(self):
        variables = self.policy(self.rules % 'upgrade')
        code = OWN_CA % cert('other_root.pem')
        self.assert_refused(
            self.run_app(code, self.serve('server_other'), variables),
            'CERTIFICATE_VERIFY_FAILED')
        self.assert_connects(
            self.run_app(code, self.serve('server_p256'), variables))

    def test_same_ca_is_welcome(self):
        self.assert_connects(self.run_app(
            OWN_CA % cert('root.pem'), self.serve('server_p256'),
            self.policy(self.rules % 'reject')))

    def test_variables_for_bundles_do_not_count(self):
        variables = dict(self.policy(self.rules % 'reject'),
                         SSL_CERT_FILE=cert('other_root.pem'))
        self.assert_connects(self.run_app(
            PLAIN % 'localhost', self.serve('server_p256'), variables))
        self.assert_refused(
            self.run_app(PLAIN % 'localhost', self.serve('server_other'),
                         variables), 'CERTIFICATE_VERIFY_FAILED')


class ExceptionTest(PolicyTest):

    def test_bundle_for_one_host(self):
        variables = self.policy('''
            tls:
              verification: enforce
              ca_certs: %s
              exceptions:
                - host: server.test
                  ca_certs: %s
            ''' % (cert('root.pem'), cert('other_root.pem')))
        self.assert_connects(self.run_app(
            PLAIN % 'server.test', self.serve('server_other'), variables))
        self.assert_refused(self.run_app(
            PLAIN % 'localhost', self.serve('server_other'), variables))
        self.assert_connects(self.run_app(
            PLAIN % 'localhost', self.serve('server_p256'), variables))
        self.assert_refused(self.run_app(
            PLAIN % 'server.test', self.serve('server_p256'), variables))

    def test_one_context_for_both(self):
        variables = self.policy('''
            tls:
              verification: enforce
              exceptions: [{host: server.test, ca_certs: %s}]
            ''' % cert('other_root.pem'))
        said = self.run_app('''
            import ssl
            context = ssl.create_default_context()
            for name in ("server.test", "localhost", "server.test"):
                try:
                    greet(context.wrap_socket(dial(), server_hostname=name))
                except ssl.SSLError:
                    print("refused")
            ''', self.serve('server_other', clients=3), variables)
        self.assertEqual(said.split(), ['connected', 'refused', 'connected'])

    def test_old_version_for_one_host(self):
        variables = self.policy('''
            tls:
              verification: enforce
              exceptions: [{host: server.test, minimum_version: TLSv1}]
            ''')
        code = '''
            import ssl
            context = ssl.create_default_context()
            if hasattr(context, "minimum_version"):
                context.minimum_version = ssl.TLSVersion.TLSv1
            context.options |= ssl.OP_NO_TLSv1_2
            context.options |= getattr(ssl, "OP_NO_TLSv1_3", 0)
            context.set_ciphers("ALL")
            greet(context.wrap_socket(dial(), server_hostname="%s"))
        '''
        self.assert_connects(self.run_app(
            code % 'server.test', self.serve('server_p256'), variables))
        self.assert_refused(self.run_app(
            code % 'localhost', self.serve('server_p256'), variables))

    def test_pins(self):
        with open(cert('pins.txt')) as file:
            pins = dict(line.split() for line in file)
        rules = '''
            tls:
              verification: enforce
              exceptions: [{host: localhost, pins: ["sha256/%s"]}]
            '''
        for pinned, good in (('self_signed.pem', True),
                             ('server_p256.pem', False)):
            said = self.run_app(PLAIN % 'localhost',
                                self.serve('self_signed'),
                                self.policy(rules % pins[pinned]))
            self.assertEqual('connected' in said, good, said)


class AuditTest(PolicyTest):

    def audited(self, evasion, variables):
        """The events that an application leads to, and its call's line."""
        log = os.path.join(self.folder, evasion)
        self.run_app(EVASIONS[evasion], self.serve('server_p256'),
                     dict(variables, AIRLOCK_AUDIT=log))
        with open(os.path.join(self.folder, 'app.py')) as app:
            call = [number for number, line in enumerate(app, 1)
                    if 'wrap_' in line]
        with open(log) as lines:
            return [json.loads(line) for line in lines], call[0]

    def check(self, evasion, variables, setting, **expected):
        events, line = self.audited(evasion, variables)
        event, = [each for each in events if each['setting'] == setting]
        for name, value in expected.items():
            said = event['claimed'] if name == 'host' else event
            self.assertEqual(said[name], value, evasion)
        place, _, number = event['claimed']['call_site'].rpartition(':')
        self.assertEqual(os.path.basename(place), 'app.py')
        # Of a call of several lines, the last or the first, by the version.
        self.assertIn(int(number) - line, (0, 1))

    def test_refused(self):
        for evasion in ('verify_mode', 'wrap_socket of airlock'):
            self.check(evasion, {'AIRLOCK_VERIFY': 'enforce'}, 'cert_reqs',
                       action='refused', host='localhost',
                       rule='AIRLOCK_VERIFY=enforce')
        self.check('bare context, no name', {'AIRLOCK_VERIFY': 'enforce'},
                   'server_hostname', action='refused', host='')

    def test_upgraded(self):
        self.check('verify_mode', self.policy(
            'tls: {verification: enforce, on_override: upgrade,'
            ' hostname: optional}'), 'cert_reqs', action='upgraded')


@unittest.skipUnless(sys.version_info >= (3, 8), 'has no keylog_filename')
class KeyLogTest(PolicyTest):

    def setUp(self):
        super(KeyLogTest, self).setUp()
        self.log = os.path.join(self.folder, 'keys')

    def secrets(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log) as file:
            return [line for line in file if not line.startswith('#')]

    def run_both(self, variables):
        """What applications say that log by code and by the variable."""
        code = '''
            import ssl
            context = ssl.create_default_context()
            context.keylog_filename = %r
            greet(context.wrap_socket(dial(), server_hostname="localhost"))
            ''' % self.log
        yield self.run_app(code, self.serve('server_p256'), variables)
        yield self.run_app(PLAIN % 'localhost', self.serve('server_p256'),
                           dict(variables, SSLKEYLOGFILE=self.log))

    def test_allowed(self):
        for said in self.run_both({}):
            self.assert_connects(said)
            self.assertTrue(self.secrets())
            os.remove(self.log)

    def test_forbidden(self):
        for said in self.run_both(self.policy('tls: {key_log: forbid}')):
            self.assert_refused(said, 'airlock.yaml:1:')
            self.assertEqual(self.secrets(), [])

    def test_left_out(self):
        for said in self.run_both(self.policy(
                'tls: {key_log: forbid, on_override: upgrade}')):
            self.assert_connects(said)
            self.assertEqual(self.secrets(), [])


if __name__ == '__main__':
    unittest.main()
