# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The platform's policy holds, whatever an application's code does.

usage: PYTHON policy_test.py CERTS     (the folder of testdata's certificates)

Each test has a child process with a policy connect to a server here, which the
child must not trust, or may.
"""
import json
import os
import sys
import unittest

from policy_applications import PLAIN, PolicyTest

# Ways to be less strict, as one finds them in applications. The server has a
# certificate of an untrusted CA.
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


class EvasionTest(PolicyTest):

    def test_off(self):
        # The applications' intention; all of it is stock Python's behaviour.
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

    def test_default_verifies_if_nothing_is_set(self):
        default = {'AIRLOCK_VERIFY': 'default'}
        self.assert_refused(self.run_app(
            EVASIONS['bare context'], self.serve('server_other'), default),
            'CERTIFICATE_VERIFY_FAILED')
        self.assert_connects(self.run_app(
            EVASIONS['verify_mode'], self.serve('server_other'), default))


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
