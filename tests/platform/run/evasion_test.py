# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The known ways around verification, tried in the sandbox of `airlock run`.

Each is tried three times: without required verification, to see that it works;
under a policy that rejects; and under one that upgrades.
"""
import json
import os
import re
import sys
import tempfile
import unittest

from application import AIRLOCK, Application, VERSION, needs_sandbox
from page_server import PageServer

CERTS = os.path.abspath('testdata/certs')
OLD = VERSION == '2.7'
# Debian's, which are Python alone, for any Python 3.
PACKAGES = '/usr/lib/python3/dist-packages'

# Before each attempt. fetch() gets the page, over TLS that `context` makes.
PRELUDE = '''
import os, subprocess, sys
try:
    from urllib.request import urlopen
except ImportError:
    from urllib2 import urlopen
port = sys.argv[1]
url = 'https://localhost:%s/page' % port
def fetch(**options):
    return urlopen(url, **options).read().decode()
'''

# What stands above this runs first.
PRELUDE_HERE = '# The prelude.\n'
# Before ssl is imported: what `airlock run` recorded cannot be read, or what the
# process began with is written over.
NO_DESCRIPTORS = '''
import os, resource, sys
os.environ['AIRLOCK_VERIFY'] = 'off'
limits = resource.getrlimit(resource.RLIMIT_NOFILE)
def without_descriptors(load):
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        load()
        sys.stdout.write('imported\\n')
    except ImportError as error:
        sys.stdout.write('%s\\n' % error)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
if sys.version_info[0] == 2:
    import ctypes, imp
    path = imp.find_module('_ssl')[1]
    ctypes.CDLL(path)
    without_descriptors(lambda: imp.load_dynamic('_ssl', path))
else:
    import importlib.machinery, importlib.util
    spec = importlib.machinery.PathFinder.find_spec('_ssl')
    module = importlib.util.module_from_spec(spec)
    def load():
        spec.loader.exec_module(module)
        sys.modules['_ssl'] = module
    without_descriptors(load)
'''
TITLE = '''
import ctypes
with open('/proc/self/stat') as file:
    numbers = [int(n) for n in file.read().split(') ')[1].split()[1:]]
begin, _, _, end = numbers[44:48]
ctypes.memset(begin, ord('x'), end - begin - 1)
'''

# After a second interpreter was told to print what it fetched.
CHILD = '''
code = """
import ssl
try:
    from urllib.request import urlopen
except ImportError:
    from urllib2 import urlopen
context = ssl._create_unverified_context(cert_reqs=ssl.CERT_NONE)
print(urlopen(%r, context=context).read().decode())
""" % url
def child(flags, env):
    print(subprocess.check_output(
        [sys.executable] + flags + ['-c', code], env=env,
        stderr=subprocess.STDOUT).decode())
'''

# Delegates to the interpreter's own, and never verifies.
OWN_SSL = '''
import sys
folder = [p for p in sys.path if p.endswith('lib-dynload')][0]
this = sys.modules.pop('_ssl')
if sys.version_info[0] == 2:
    import imp
    real = imp.load_module('_ssl', *imp.find_module('_ssl', [folder]))
else:
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec
    spec = PathFinder.find_spec('_ssl', [folder])
    real = module_from_spec(spec)
    spec.loader.exec_module(real)
sys.modules['_ssl'] = this
for name, value in vars(real).items():
    if not name.startswith('__'):
        globals()[name] = value
class _SSLContext(real._SSLContext):
    __slots__ = ()
    def _wrap_socket(self, *args, **kwargs):
        self.check_hostname = False
        self.verify_mode = 0
        return real._SSLContext._wrap_socket(self, *args, **kwargs)
'''

UNVERIFIED = ('print(fetch(context=ssl._create_unverified_context('
              'cert_reqs=ssl.CERT_NONE)))')
SETTINGS = '''
os.environ.update({
    'AIRLOCK_VERIFY': 'off', 'PYTHONHTTPSVERIFY': '0',
    'AIRLOCK_CONFIG': os.path.abspath('lax.yaml'), 'AIRLOCK_AUDIT': 'fd:2',
    'AIRLOCK_APP_YAML': os.path.abspath('lax.yaml')})
'''

# The attempts, each with its setting in the audit.
ATTEMPTS = {
    'verify_mode': ('''
import ssl
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
print(fetch(context=context))
''', 'cert_reqs'),
    'unverified by default': ('''
import ssl
ssl._create_default_https_context = ssl._create_unverified_context
print(fetch())
''', 'check_hostname' if OLD else 'cert_reqs'),
    'environment before import': (
        SETTINGS + 'import ssl\n' + UNVERIFIED, 'cert_reqs'),
    'environment after import': (
        'import ssl\n' + SETTINGS + UNVERIFIED, 'cert_reqs'),
    'own CA': ('''
import ssl
context = ssl.create_default_context()
context.load_verify_locations('own.pem')
print(fetch(context=context))
''', 'ca_certs'),
    'second interpreter': (
        CHILD + 'child([], None)', 'cert_reqs'),
    'second interpreter, other environment': (
        SETTINGS + CHILD + 'child([], None)', 'cert_reqs'),
    'second interpreter, no environment': (CHILD + 'child([], {})',
                                           'cert_reqs'),
    'second interpreter, isolated': (
        CHILD + 'child(["-E", "-s"] if %r else ["-I"], {})' % OLD,
        'cert_reqs'),
    'second interpreter, without site': (
        CHILD + 'child(["-E", "-s", "-S"], {})', 'cert_reqs'),
    'own _ssl': ('import ssl\nprint(fetch())', 'cert_reqs'),
    'no descriptors': (
        NO_DESCRIPTORS + PRELUDE_HERE + 'import ssl\n' + UNVERIFIED, 'cert_reqs'),
    'title over the environment': (
        TITLE + PRELUDE_HERE + SETTINGS + 'import ssl\n' + UNVERIFIED, 'cert_reqs'),
}
if not OLD:
    ATTEMPTS.update({
        'requests': ('''
import warnings
warnings.simplefilter('ignore')
import requests
print(requests.get(url, verify=False).text)
''', 'cert_reqs'),
        'urllib3': ('''
import warnings
warnings.simplefilter('ignore')
import urllib3
pool = urllib3.PoolManager(cert_reqs='CERT_NONE', retries=False)
print(pool.request('GET', url).data.decode())
''', 'cert_reqs'),
    })
BARE = '''
import warnings
warnings.simplefilter('ignore')
import socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
plain = socket.create_connection(('localhost', int(port)))
tls = context.wrap_socket(plain, server_hostname='localhost')
tls.sendall(b'GET /page HTTP/1.0\\r\\n\\r\\n')
print(tls.makefile('rb').read().decode())
'''
NAME = '''
import ssl
context = ssl.create_default_context()
context.check_hostname = False
print(fetch(context=context))
'''
KEYLOG = '''
os.environ['SSLKEYLOGFILE'] = sys.argv[2]
import ssl
print(fetch(context=ssl.create_default_context()))
'''
SECRET = 'the page of that server'


def serve(case, name, chain=''):
    """A server with that certificate of testdata."""
    return PageServer(
        case, AIRLOCK, ['--cert', '%s/%s%s.pem' % (CERTS, name, chain),
                        '--key', '%s/%s.key' % (CERTS, name)], SECRET)


@needs_sandbox
class EvasionTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.trusted = serve(cls, 'server_p256', '_chain')
        cls.untrusted = serve(cls, 'self_signed')
        cls.misnamed = serve(cls, 'wrong_host')

    def try_it(self, code, server, policy=None, own_ssl=False):
        """(what the application wrote, the lines of the audit)."""
        first, _, then = code.rpartition(PRELUDE_HERE)
        app = Application(
            self, 'from __future__ import print_function\n' + first + PRELUDE
            + then,
            'libraries: [{name: ssl, version: latest}]\n'
            'env_variables: {PYTHONPATH: "%s"}' % (
                '' if OLD else PACKAGES))
        app.write('lax.yaml', 'tls: {verification: off}\n')
        with open(CERTS + '/self_signed.pem', encoding='utf-8') as pem:
            app.write('own.pem', pem.read())
        if own_ssl:
            app.write('_ssl.py', OWN_SSL)
        variables = {}
        if policy:
            variables['AIRLOCK_CONFIG'] = app.write('policy.yaml', (
                'tls:\n'
                '  verification: enforce\n'
                '  on_override: %s\n'
                '  ca_certs: %s\n'
                '  key_log: forbid\n')
                % (policy, app.copy(CERTS + '/root.pem')))
        else:
            variables['SSL_CERT_FILE'] = CERTS + '/root.pem'
        audit = app.path('audit')
        data = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.keys = os.path.join(data, 'keys')
        _, out, err = app.run('--audit=' + audit, '--writable=' + data, '--',
                              server.port, self.keys, **variables)
        with open(audit, encoding='utf-8') as lines:
            events = [json.loads(line) for line in lines]
        self.assertIn('airlock run', err)
        return out + err.split('\n\n')[-1], events

    def check(self, name, code, setting, server, own_ssl=False, always=None):
        """`always` is the action that the audit has under any policy."""
        out, events = self.try_it(code, server, own_ssl=own_ssl)
        self.assertIn(SECRET, out, '%s is not a way around' % name)
        # The audit also reports clients that do not set CERT_NONE.
        self.assertEqual([event for event in events
                          if event['action'] != 'allowed'], [])
        for policy, action in ('reject', 'refused'), ('upgrade', 'upgraded'):
            out, events = self.try_it(code, server, policy, own_ssl)
            self.assertNotIn(SECRET, out, '%s, %s' % (name, policy))
            self.assertIn('rror', out)
            self.assertTrue(events, '%s, %s: no audit: %s' % (name, policy,
                                                              out))
            self.assertEqual((events[0]['setting'], events[0]['action']),
                             (setting, always or action))
            self.assertRegex(events[0]['claimed']['call_site'],
                             r'\.py:[0-9]+$|^<string>')

    def test_verified_connections_work(self):
        code = 'import ssl\nprint(fetch())'
        for policy in None, 'reject', 'upgrade':
            out, events = self.try_it(code, self.trusted, policy)
            self.assertIn(SECRET, out)
            if OLD and policy is None:  # Its urlopen() does not verify.
                self.assertEqual([event['action'] for event in events],
                                 ['allowed'])
            else:
                self.assertEqual(events, [])

    def test_what_is_included_takes_effect(self):
        app = Application(
            self, 'from __future__ import print_function\n' + PRELUDE
            + 'import ssl\n' + UNVERIFIED,
            'libraries: [{name: ssl, version: latest}]\n'
            'includes: [more]\n')
        os.mkdir(app.path('more'))
        included = app.write('more/include.yaml',
                             'env_variables: {AIRLOCK_VERIFY: enforce}\n')
        status, out, err = app.run('--', self.untrusted.port)
        self.assertNotEqual(status, 0)
        self.assertNotIn(SECRET, out)
        self.assertIn(included + ':1:', err)
        os.remove(included)
        status, out, err = app.run('--', self.untrusted.port)
        self.assertNotEqual(status, 0)
        self.assertEqual(out, '')
        self.assertIn('more', err)

    def test_settings_in_code_can_tighten(self):
        tighten = 'os.environ["AIRLOCK_VERIFY"] = "enforce"\n'
        code = 'import os\n' + tighten + PRELUDE_HERE + 'import ssl\n'
        out, _ = self.try_it(code + UNVERIFIED, self.untrusted)
        self.assertNotIn(SECRET, out)
        self.assertIn('AIRLOCK_VERIFY=enforce', out)
        # So does the environment that it passes to another process.
        out, _ = self.try_it(
            CHILD + 'child([], {})\nchild([], {"AIRLOCK_VERIFY": "enforce"})',
            self.untrusted)
        self.assertEqual(out.count(SECRET), 1, out)
        self.assertIn('CalledProcessError', out)

    def test_check_hostname(self):
        self.check('check_hostname', NAME, 'check_hostname', self.misnamed)

    def test_bare_context(self):
        # It does not set CERT_NONE, so this is not a reason to refuse it.
        self.check('a bare context', BARE, 'cert_reqs', self.untrusted,
                   always='upgraded')
        for policy in 'reject', 'upgrade':
            self.assertIn(SECRET, self.try_it(BARE, self.trusted, policy)[0])

    @unittest.skipIf(OLD, 'Python 2.7 does not know SSLKEYLOGFILE')
    def test_key_log(self):
        self.assertIn(SECRET, self.try_it(KEYLOG, self.trusted)[0])
        with open(self.keys, encoding='utf-8') as file:
            self.assertIn('SECRET', file.read())
        for policy, action in ('reject', 'refused'), ('upgrade', 'upgraded'):
            out, events = self.try_it(KEYLOG, self.trusted, policy)
            self.assertEqual(SECRET in out, policy == 'upgrade', out)
            self.assertEqual((events[0]['setting'], events[0]['action']),
                             ('key_log', action))
            if os.path.exists(self.keys):
                with open(self.keys, encoding='utf-8') as file:
                    self.assertNotIn('SECRET', file.read())

    def test_the_audit_stays(self):
        out, events = self.try_it('''
import ssl
def attempt(call, *args):
    try:
        call(*args)
        print('done')
    except (OSError, IOError, Exception) as error:
        print('error', error)
try:
    fetch(context=ssl._create_unverified_context(cert_reqs=ssl.CERT_NONE))
except Exception as error:
    print(error)
for fd in os.listdir('/proc/self/fd'):
    if int(fd) > 2:
        attempt(os.ftruncate, int(fd), 0)
        attempt(open, '/proc/self/fd/' + fd, 'w')
''', self.untrusted, 'reject')
        self.assertEqual([event['setting'] for event in events], ['cert_reqs'],
                         out)

    def test_plain_sockets_are_not_covered(self):
        # As SANDBOXING.md says: a policy in ssl only controls users of ssl.
        out, _ = self.try_it('''
import socket
plain = socket.create_connection(('localhost', int(port)))
plain.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
print('sent')
''', self.untrusted, 'reject')
        self.assertIn('sent', out)


def _add(name, code, setting):
    def test(self):
        self.check(name, code, setting, self.untrusted, name == 'own _ssl')
    test.__name__ = 'test_' + re.sub('[^a-z]+', '_', name.lower())
    setattr(EvasionTest, test.__name__, test)


for _name, (_code, _setting) in ATTEMPTS.items():
    _add(_name, _code, _setting)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
