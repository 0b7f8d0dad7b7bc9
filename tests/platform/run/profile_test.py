# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The `ssl` that app.yaml's `libraries` ask for, as App Engine gave it.

Profiles are App Engine's Python 2.7's; what they are in other Pythons is shown
to `_ssl` alone, by AIRLOCK_APP_YAML.
"""
import os
import socket
import subprocess
import sys
import threading
import unittest

from application import AIRLOCK, Application, PYTHON, VERSION
from page_server import PageServer

CERTS = os.path.abspath('testdata/certs')
OLD = VERSION == '2.7'
SECRET = 'the page of that server'
MODULES = os.path.join(
    os.path.dirname(os.path.dirname(os.path.realpath(AIRLOCK))), 'python')
PATH = '%s/%s:%s/package' % (MODULES, 'py2.7' if OLD else 'py3', MODULES)

LATEST = 'libraries: [{name: ssl, version: latest}]'
OLDEST = 'libraries: [{name: ssl, version: "2.7"}]'

WRAP = '''
from __future__ import print_function
import socket, ssl, sys
plain = socket.create_connection(('localhost', int(sys.argv[1])))
# From Python 3.10 on, the default ciphers are those of TLS 1.2.
def version(**options):
    options.setdefault('ciphers', 'ALL')
    wrap_socket = getattr(ssl, 'wrap_socket', None)
    if wrap_socket is None:  # From Python 3.12 on.
        from airlock import wrap_socket
    return wrap_socket(plain, **options).version()
'''
NAMED = WRAP + '''
import airlock
airlock.wrap_socket(plain, ciphers='ALL', server_hostname='localhost')
'''
FETCH = '''
from __future__ import print_function
import sys
try:
    from urllib.request import urlopen
except ImportError:
    from urllib2 import urlopen
print(urlopen('https://localhost:%s/page' % sys.argv[1]).read().decode())
'''


class ProfileTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = PageServer(cls, AIRLOCK, [
            '--cert', CERTS + '/self_signed.pem',
            '--key', CERTS + '/self_signed.key', '--old-tls'], SECRET)

    def run_with(self, code, library, runtime='python27', port=None,
                 **variables):
        """(status, output, errors) where app.yaml lists `library`."""
        app = Application(self, code)
        app_yaml = app.write('of_profile.yaml',
                             'runtime: %s\n%s\n' % (runtime, library))
        done = subprocess.run(
            [PYTHON, '-B', '-W', 'always', app.path('main.py'),
             port or self.server.port],
            env=dict(variables, PYTHONPATH=PATH, AIRLOCK_APP_YAML=app_yaml),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def check(self, expected, *args, **kwargs):
        status, out, err = self.run_with(*args, **kwargs)
        self.assertEqual((status, out.strip()), (0, expected), err)
        return err

    def test_absent(self):
        status, out, err = self.run_with('import ssl', '')
        self.assertEqual((status, out), (1, ''))
        self.assertIn('ImportError', err)
        self.assertIn('- name: ssl', err)
        self.assertIn('version: latest', err)

    def test_absent_unless_listed(self):
        self.check('', 'import ssl', '', runtime='python311')

    def test_unknown_version(self):
        status, _, err = self.run_with(
            'import ssl', 'libraries: [{name: ssl, version: "2.6"}]')
        self.assertEqual(status, 1)
        self.assertIn('of_profile.yaml:2:', err)

    def test_latest(self):
        self.check('TLSv1.3', WRAP + 'print(version())', LATEST)
        self.check('TLSv1.3', WRAP + 'print(version())',
                   'libraries: [{name: ssl, version: 2.7.11}]')
        for name in 'TLSv1', 'TLSv1_1', 'TLSv1_2':
            self.check(
                name.replace('_', '.'), WRAP +
                'print(version(ssl_version=ssl.PROTOCOL_%s))' % name, LATEST)
        self.check('TLSv1.2', WRAP + 'context = ssl.SSLContext('
                   'ssl.PROTOCOL_TLSv1_2)\nprint(context.wrap_socket(plain, '
                   'server_hostname="localhost").version())', LATEST)

    def test_oldest(self):
        err = self.check('TLSv1', WRAP + 'print(version())', OLDEST)
        self.assertIn('DeprecationWarning', err)
        self.assertIn('of_profile.yaml:2:34: version 2.7 of the library ssl',
                      err)
        self.assertIn('write "version: latest"', err)
        self.check('TLSv1.2', WRAP +
                   'print(version(ssl_version=ssl.PROTOCOL_TLSv1_2))', OLDEST)
        # The policy takes precedence.
        policy = Application(self).write(
            'policy.yaml', 'tls: {minimum_version: TLSv1.2}\n')
        status, _, err = self.run_with(WRAP + 'print(version())', OLDEST,
                                       AIRLOCK_CONFIG=policy)
        self.assertEqual(status, 1)
        self.assertIn('policy.yaml:1:24', err)

    def test_oldest_has_no_sni_and_no_context(self):
        self.check('False', 'import ssl\nprint(ssl.HAS_SNI)', OLDEST)
        for call in ('SSLContext(ssl.PROTOCOL_TLSv1)',
                     'create_default_context()'):
            status, out, err = self.run_with('import ssl\nssl.' + call, OLDEST)
            self.assertEqual((status, out), (1, ''))
            self.assertIn('AttributeError', err)
            self.assertIn('has no SSLContext', err)
            self.assertIn('write "version: latest"', err)
            self.check('', 'import ssl\nssl.' + call, LATEST)

    def test_oldest_sends_no_sni(self):
        for library, sent in (LATEST, True), (OLDEST, False):
            with socket.create_server(('127.0.0.1', 0)) as listener:
                listener.settimeout(60)
                hello = []

                def hear():
                    peer, _ = listener.accept()
                    with peer:
                        hello.append(peer.recv(16384))

                thread = threading.Thread(target=hear)
                thread.start()
                self.run_with(NAMED, library,
                              port=str(listener.getsockname()[1]))
                thread.join()
            self.assertEqual(hello[0][:2], b'\x16\x03')
            self.assertEqual(b'localhost' in hello[0], sent)

    @unittest.skipUnless(OLD, "App Engine's Python 2.7 alone did so")
    def test_https_is_verified_where_it_is_asked_for(self):
        for library in LATEST, OLDEST:
            app = Application(self, FETCH, library)
            args = ('--no-sandbox', '--', self.server.port)
            status, out, err = app.run(*args)
            self.assertEqual((status, out.strip()), (0, SECRET), err)
            for variables in ({'PYTHONHTTPSVERIFY': '1'},
                              {'AIRLOCK_VERIFY': 'enforce'}):
                status, out, err = app.run(*args, **variables)
                self.assertEqual((status, out), (1, ''))
            app.write('app.yaml', 'runtime: python27\n%s\nenv_variables: '
                      '{PYTHONHTTPSVERIFY: 1}\n' % library)
            self.assertEqual(app.run(*args)[:2], (1, ''))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
