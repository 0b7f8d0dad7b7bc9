# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""`airlock run --dev`: servers at localhost, verified as any other."""
import os
import re
import subprocess
import sys
import unittest

from application import AIRLOCK, Application, VERSION, needs_sandbox
from page_server import PageServer

CERTS = os.path.abspath('testdata/certs')

# An own server, with the identity from --dev, and a client of each type.
SERVER = '''
from __future__ import print_function
import os, socket, ssl, sys, threading
from io import BytesIO
try:
    from urllib.request import urlopen
except ImportError:
    from urllib2 import urlopen
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen(5)
port = listener.getsockname()[1]
url = 'https://localhost:%d/' % port
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
context.load_cert_chain(
    certfile=BytesIO(os.environ['AIRLOCK_DEV_CERTIFICATE'].encode()),
    keyfile=BytesIO(os.environ['AIRLOCK_DEV_KEY'].encode()))
def serve():
    while True:
        plain, _ = listener.accept()
        try:
            tls = context.wrap_socket(plain, server_side=True)
            tls.recv(4096)
            tls.sendall(b'HTTP/1.0 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\npage')
            tls.close()
        except (ssl.SSLError, socket.error):
            plain.close()
thread = threading.Thread(target=serve)
thread.daemon = True
thread.start()
def attempt(name, call):
    try:
        print(name, call())
    except Exception as error:
        print(name, 'CERTIFICATE_VERIFY_FAILED' in str(error)
              or "doesn't match" in str(error) or type(error).__name__)
def shake_hands(name, port=port):
    tls = ssl.create_default_context().wrap_socket(
        socket.create_connection(('127.0.0.1', port)), server_hostname=name)
    return dict(pair for part in tls.getpeercert()['subject']
                for pair in part)['commonName']
'''


def places_of(pid, secret):
    """Where process `pid` has `secret`: memory and open memory files."""
    found = []
    with open('/proc/%d/maps' % pid, encoding='utf-8') as maps, open(
            '/proc/%d/mem' % pid, 'rb') as memory:
        for line in maps:
            start, end, mode = re.match('(\\w+)-(\\w+) (\\S+)', line).groups()
            if not mode.startswith('rw'):
                continue
            try:
                memory.seek(int(start, 16))
                size = int(end, 16) - int(start, 16)
                found += [line] * (secret in memory.read(size))
            except (OSError, OverflowError):
                pass  # The kernel's, such as [vvar].
    for name in os.listdir('/proc/%d/fd' % pid):
        path = '/proc/%d/fd/%s' % (pid, name)
        if 'memfd:' in os.readlink(path):
            with open(path, 'rb') as file:
                found += [path] * (secret in file.read())
    return found


@needs_sandbox
class DevTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.other = PageServer(cls, AIRLOCK, ['--self_signed'])

    def outcomes(self, code, **variables):
        app = Application(self, SERVER + code)
        status, out, err = app.run('--dev', '--', self.other.port, **variables)
        self.assertEqual(status, 0, err)
        self.assertIn("for localhost, also this run's certificate", err)
        return dict(line.split(' ', 1) for line in out.splitlines())

    def check(self, **variables):
        found = self.outcomes('''
attempt('https', lambda: urlopen(url).read().decode())
attempt('address', lambda: shake_hands('127.0.0.1'))
attempt('socket', lambda: shake_hands('localhost'))
# As for any server, the name matters,
attempt('name', lambda: shake_hands('example.com'))
# and so does the CA, which is this run's.
attempt('other', lambda: shake_hands('localhost', int(sys.argv[1])))
''', **variables)
        self.assertEqual(found, {
            'https': 'page', 'socket': 'localhost', 'name': 'True',
            'other': 'True',
            # Python 2.7's match_hostname does not support addresses.
            'address': 'True' if VERSION == '2.7' else 'localhost'})

    def test_without_a_policy(self):
        self.check()

    def test_as_in_production(self):
        app = Application(self)
        policy = app.write(
            'policy.yaml', 'tls: {verification: enforce, ca_certs: %s}\n'
            % app.copy(CERTS + '/root.pem'))
        self.check(AIRLOCK_CONFIG=policy)
        # If no policy names a bundle, it is not the application's own CA.
        self.check(AIRLOCK_VERIFY='enforce')
        self.check(AIRLOCK_VERIFY='enforce',
                   SSL_CERT_FILE=CERTS + '/root.pem')
        found = self.outcomes('''
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
plain = socket.create_connection(('127.0.0.1', port))
try:
    context.wrap_socket(plain, server_hostname='localhost')
    print('unverified done')
except ssl.SSLError as error:
    print('unverified', 'refused' if 'policy' in str(error) else error)
''', AIRLOCK_CONFIG=policy)
        self.assertEqual(found, {'unverified': 'refused'})

    def test_another_run_has_another(self):
        code = 'print("key", hash(os.environ["AIRLOCK_DEV_KEY"]))'
        variables = {'PYTHONHASHSEED': '0'}
        self.assertNotEqual(self.outcomes(code, **variables),
                            self.outcomes(code, **variables))

    def test_the_command_keeps_no_copy_of_the_key(self):
        app = Application(self, '''
import os, sys
with open(sys.argv[1] + '/key', 'w') as file:
    file.write(os.environ['AIRLOCK_DEV_KEY'])
sys.stdout.write('ready\\n')
sys.stdout.flush()
sys.stdin.read()
''')
        for audit in [], ['--audit', app.path('audit.jsonl')]:
            writable = app.path('writable')
            os.makedirs(writable, exist_ok=True)
            process = app.start('--dev', '--writable', writable, *audit,
                                '--', writable, stdin=subprocess.PIPE)
            try:
                self.assertEqual(process.stdout.readline(), 'ready\n')
                with open(writable + '/key', encoding='ascii') as file:
                    line = file.read().splitlines()[1]
                self.assertGreater(len(line), 60)
                self.assertEqual(places_of(process.pid, line.encode()), [])
            finally:
                process.stdin.close()
                process.stdout.close()
                process.stderr.close()
                process.wait()

    def test_not_without_the_flag(self):
        app = Application(self, 'import os\n'
                          'print(os.environ.get("AIRLOCK_DEV_KEY"))')
        self.assertEqual(app.run(AIRLOCK_DEV_KEY='x')[:2], (0, 'None\n'))


class WithoutSandboxTest(unittest.TestCase):

    def test_is_an_error(self):
        status, out, err = Application(self).run('--dev', '--no-sandbox')
        self.assertEqual((status, out), (2, ''))
        self.assertIn('--dev needs the sandbox', err)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
