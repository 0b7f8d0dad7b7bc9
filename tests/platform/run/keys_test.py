# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Applications whose private keys stay with `airlock keyd`."""
import base64
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from application import Application, RUNTIME, needs_sandbox

CERTS = os.path.abspath('testdata/certs')
SOFTHSM = '/usr/lib/softhsm/libsofthsm2.so'

# Works in Python 2.7, too. For each line of input, connects to itself with the
# key that the line names, and says how that went.
MAIN = '''
from __future__ import print_function
import airlock, io, socket, ssl, sys, threading
airlock.install()

def text(content):
    return io.StringIO(u'%s' % content)

def server(plain, how, key):
    if how == 'wrap_socket':
        return airlock.wrap_socket(plain, keyfile=key, server_side=True)
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    if how == 'own_chain':
        context.load_cert_chain('chain.pem', key)
    elif how == 'certfile':
        context.load_cert_chain(key)
    elif how == 'file':
        with open('chain.pem') as chain:
            context.load_cert_chain(text(chain.read()), text(key))
    elif how == 'file_alone':
        context.load_cert_chain(text(key))
    elif how == 'file_and_none':
        context.load_cert_chain(None, text(key))
    else:
        context.load_cert_chain(None, key)
    return context.wrap_socket(plain, server_side=True)

def serve(listener, how, key, result):
    plain = listener.accept()[0]
    plain.settimeout(50)
    try:
        connection = server(plain, how, key)
        connection.sendall(b'hello')
        connection.close()
        result.append('served')
    except Exception as error:
        result.append('%s: %s' % (type(error).__name__, error))
        plain.close()

def connect(how, key):
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    result = []
    thread = threading.Thread(target=serve, args=(listener, how, key, result))
    thread.start()
    failure = None
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations('root.pem')
        plain = socket.create_connection(listener.getsockname())
        connection = context.wrap_socket(plain, server_hostname='localhost')
        assert connection.recv(5) == b'hello'
        connection.close()
    except Exception as error:
        plain.close()
        failure = 'client %s' % type(error).__name__
    thread.join()
    listener.close()
    # The server knows the reason, and may tell it after the client has failed.
    return failure if failure and result == ['served'] else result[0]

while True:
    words = sys.stdin.readline().split()
    if not words:
        break
    print(connect(*words))
    sys.stdout.flush()
'''


def secrets(key):
    """The forms of a P-256 key that memory could hold."""
    with open(key, 'rb') as file:
        lines = file.read().splitlines()
    der = base64.b64decode(b''.join(lines[1:-1]))
    at = der.index(b'\x04\x20') + 2
    scalar = der[at:at + 32]
    # The PEM text, and the number in both byte orders.
    return [lines[1][10:50], scalar, scalar[::-1]]


def count(pid, needles):
    """How often they are in the memory and the environment of a process."""
    found = 0
    with open('/proc/%d/environ' % pid, 'rb') as file:
        content = file.read()
    found += sum(content.count(needle) for needle in needles)
    with open('/proc/%d/maps' % pid) as file:
        lines = file.readlines()
    with open('/proc/%d/mem' % pid, 'rb', 0) as memory:
        for line in lines:
            fields = re.match(r'([0-9a-f]+)-([0-9a-f]+) rw', line)
            if not fields:
                continue
            start, end = (int(field, 16) for field in fields.groups())
            try:
                memory.seek(start)
                content = memory.read(end - start)
            except (IOError, OSError):
                continue  # What no process may read, such as [vvar].
            found += sum(content.count(needle) for needle in needles)
    return found


def below(pid):
    """All processes below `pid`, with their command lines."""
    parents = {}
    for name in os.listdir('/proc'):
        if not name.isdigit():
            continue
        try:
            with open('/proc/%s/stat' % name) as file:
                parent = int(file.read().rpartition(')')[2].split()[1])
            with open('/proc/%s/cmdline' % name, 'rb') as file:
                parents[int(name)] = parent, file.read().split(b'\0')
        except (IOError, OSError):
            continue  # It has ended.
    found = {}
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        for child, (its_parent, words) in parents.items():
            if its_parent == parent:
                found[child] = words
                waiting.append(child)
    return found


@needs_sandbox
class KeysTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ('server_p256_chain.pem', 'server_p256.key'):
            shutil.copyfile(os.path.join(CERTS, name),
                            os.path.join(self.folder, name))
        self.key = os.path.join(self.folder, 'server_p256.key')
        self.config = self.write('keyd.yaml', '''
keys:
  web:
    certificate: %s/server_p256_chain.pem
    key: %s/server_p256.key
applications:
  shop:
    keys:
      web:
''' % (self.folder, self.folder))
        self.app = Application(self, MAIN)
        for name, certificate in (('root.pem', 'root'),
                                  ('chain.pem', 'server_p256_chain')):
            shutil.copyfile(os.path.join(CERTS, certificate + '.pem'),
                            self.app.path(name))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    def start(self, *flags):
        process = self.app.start('--keys=' + self.config, *flags,
                                 stdin=subprocess.PIPE)
        self.addCleanup(process.kill)
        return process

    @staticmethod
    def ask(process, *words):
        process.stdin.write(' '.join(words) + '\n')
        process.stdin.flush()
        return process.stdout.readline().strip()

    @staticmethod
    def finish(process):
        process.stdin.close()
        errors = process.stderr.read()
        process.stdout.close()
        process.stderr.close()
        return process.wait(), errors

    def test_key_is_nowhere_in_the_application(self):
        process = self.start()
        for how in ('wrap_socket', 'context', 'certfile', 'own_chain', 'file',
                    'file_alone', 'file_and_none'):
            self.assertEqual(self.ask(process, how, 'airlock-key:web'),
                             'served', how)
        needles = secrets(self.key)
        searched = 0
        for pid, words in below(process.pid).items():
            if b'keyd' in words:
                continue
            self.assertEqual(count(pid, needles), 0, words)
            searched += any(word.endswith(b'main.py') for word in words)
        self.assertGreater(searched, 0)
        status, errors = self.finish(process)
        self.assertEqual(status, 0, errors)

    @unittest.skipIf(RUNTIME == 'python27', 'the example is for Python 3')
    def test_the_example_changes_by_one_string(self):
        source = os.path.abspath('testdata/apps/employee')
        for name in ('main.py', 'staff.sql'):
            shutil.copyfile(os.path.join(source, name), self.app.path(name))
        with open(self.app.path('staff.sql'), encoding='ascii') as file:
            staff = file.read()
        database = sqlite3.connect(':memory:')
        database.executescript(staff)
        config = 'keys:\n'
        needles = []
        for table in ('employee', 'partner'):
            (key, certificate), = database.execute(
                'SELECT key, certificate FROM ' + table)
            path = self.write(table + '.key', key)
            needles += secrets(path)
            config += '  %s:\n    key: %s\n    certificate: %s\n' % (
                table, path, self.write(table + '.pem', certificate))
            self.assertIn(key, staff)
            staff = staff.replace(key, 'airlock-key:' + table)
        self.app.write('staff.sql', staff)
        config += """
applications:
  example:
    keys:
      employee: {purposes: [tls1.3-client]}
      partner: {purposes: [tls1.3-server]}
"""
        self.write('keyd.yaml', config)
        with open(os.path.join(source, 'main.py'), 'rb') as unchanged:
            with open(self.app.path('main.py'), 'rb') as used:
                self.assertEqual(used.read(), unchanged.read())
        status, out, errors = self.app.run('--keys=' + self.config)
        self.assertEqual(status, 0, errors)
        self.assertIn('hello Airlock Test Client', out)
        # Its files and variables have no key either.
        for folder, _, names in os.walk(self.app.folder):
            for name in names:
                with open(os.path.join(folder, name), 'rb') as file:
                    content = file.read()
                for needle in needles:
                    self.assertNotIn(needle, content, name)

    def test_finds_a_key_that_is_there(self):
        shutil.copyfile(self.key, self.app.path('own.key'))
        self.app.write('main.py', '''
import ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
context.load_cert_chain('chain.pem', 'own.key')
print('loaded')
sys.stdout.flush()
sys.stdin.readline()
''')
        process = self.app.start(stdin=subprocess.PIPE)
        self.assertEqual(process.stdout.readline().strip(), 'loaded')
        needles = secrets(self.key)
        self.assertGreater(sum(count(pid, needles)
                               for pid in below(process.pid)), 0)
        self.finish(process)

    def test_app_yaml_names_keys(self):
        self.app.write('main.py', 'import os; print(os.environ["KEY"])')
        with open(self.app.yaml, encoding='utf-8') as file:
            plain = file.read()

        def run(reference, *flags):
            self.app.write('app.yaml', plain + '\nenv_variables:\n  KEY: %s\n'
                           % reference)
            return self.app.run(*flags)

        keys = '--keys=' + self.config
        status, out, errors = run('airlock-key:web', keys)
        self.assertEqual(status, 0, errors)
        self.assertEqual(out.strip(), 'airlock-key:web')
        for reference, flags, text in (
                ('airlock-key:wbe', (keys,), 'has only web; correct'),
                ('"airlock-key:"', (keys,), 'names the key ""'),
                ('airlock-key:web', (), 'start it with --keys=FILE')):
            status, _, errors = run(reference, *flags)
            self.assertEqual(status, 2, errors)
            self.assertIn(text, errors)
            self.assertRegex(errors, r'app\.yaml:[0-9]+:8')

    def test_service_that_dies_is_started_again(self):
        process = self.start()
        self.assertEqual(self.ask(process, 'context', 'airlock-key:web'),
                         'served')
        for _ in range(2):
            service, = [pid for pid, words in below(process.pid).items()
                        if b'keyd' in words]
            os.kill(service, signal.SIGKILL)
            # Waits for the new one.
            self.assertEqual(self.ask(process, 'context', 'airlock-key:web'),
                             'served')
        status, errors = self.finish(process)
        self.assertEqual(status, 0, errors)
        self.assertEqual(errors.count('the key service ended by signal 9'), 2)

    @unittest.skipUnless(os.path.exists(SOFTHSM), 'needs SoftHSM')
    def test_key_in_a_token(self):
        os.mkdir(os.path.join(self.folder, 'tokens'))
        token = self.write('softhsm2.conf', 'directories.tokendir = %s/tokens\n'
                           'objectstore.backend = file\n' % self.folder)
        self.write('pin', '271828\n')

        def tool(*arguments):
            subprocess.check_output(
                ('softhsm2-util', '--pin', '271828') + arguments,
                env=dict(os.environ, SOFTHSM2_CONF=token))

        tool('--init-token', '--free', '--label', 'web', '--so-pin', '314159')
        tool('--import', self.key, '--token', 'web', '--label', 'payroll',
             '--id', '01')
        needles = secrets(self.key)
        os.unlink(self.key)
        self.write('keyd.yaml', '''
keys:
  web:
    certificate: {0}/server_p256_chain.pem
    key: pkcs11:token=web;object=payroll
    module: {1}
    pin: {0}/pin
    environment:
      SOFTHSM2_CONF: {0}/softhsm2.conf
applications:
  shop:
    keys:
      web:
'''.format(self.folder, SOFTHSM))
        process = self.start()
        for how in ('wrap_socket', 'context', 'certfile'):
            self.assertEqual(self.ask(process, how, 'airlock-key:web'),
                             'served', how)
        applications = [pid for pid, words in below(process.pid).items()
                        if any(word.endswith(b'main.py') for word in words)]
        self.assertTrue(applications)
        for pid in applications:
            self.assertEqual(count(pid, needles), 0)
        status, errors = self.finish(process)
        self.assertEqual(status, 0, errors)

    def test_service_ends_with_the_application(self):
        process = self.start()
        self.ask(process, 'context', 'airlock-key:web')
        service, = [pid for pid, words in below(process.pid).items()
                    if b'keyd' in words]
        self.finish(process)
        self.assertFalse(os.path.exists('/proc/%d' % service))

    def test_other_keys_are_refused_and_the_audit_tells(self):
        audit = os.path.join(self.folder, 'audit')
        with open(self.config, 'a', encoding='utf-8') as file:
            file.write('        purposes: [tls1.3-client]\n')
        process = self.start('--audit=' + audit)
        self.assertIn('the key service has no such key',
                      self.ask(process, 'context', 'airlock-key:other'))
        self.assertIn('the key web is not for tls1.3-server',
                      self.ask(process, 'context', 'airlock-key:web'))
        self.finish(process)
        with open(audit, encoding='ascii') as file:
            lines = [json.loads(line) for line in file]
        refused, = [line for line in lines if line['action'] == 'key refused']
        self.assertEqual(refused['application'], 'shop')
        self.assertEqual(refused['refusal'], 'forbidden')
        used, = [line for line in lines if line['action'] == 'keys used']
        self.assertEqual(used['uses'], [])
        self.assertEqual(used['refusals'], {'forbidden': 1})

    def test_application_without_a_service(self):
        process = self.app.start(stdin=subprocess.PIPE)
        self.assertIn('AIRLOCK_KEYS is not set',
                      self.ask(process, 'context', 'airlock-key:web'))
        self.finish(process)

    def test_mistakes_end_the_start(self):
        def refused(text, *flags):
            status, _, errors = self.app.run('--keys=' + self.config, *flags)
            self.assertEqual(status, 2, errors)
            self.assertIn(text, errors)

        with open(self.config, encoding='utf-8') as file:
            good = file.read()
        refused('has no application named "other"', '--keys-for=other')
        self.write('keyd.yaml', good.replace('keys:\n      web', 'key:\n      web'))
        refused('unknown key "key"')
        self.write('keyd.yaml', good.replace('server_p256.key', 'missing.key'))
        refused('missing.key')
        self.write('keyd.yaml', good + '  other: {keys: {web: }}\n')
        refused('has several applications')
        os.chmod(self.config, 0o666)
        refused(self.config)
        os.chmod(self.config, 0o644)
        # A key that the application could read anyway.
        inside = shutil.copyfile(self.key, self.app.path('server_p256.key'))
        self.write('keyd.yaml', good.replace(self.key, inside))
        refused('which the application can read')
        # It can read whatever is mounted, such as a program.
        self.write('keyd.yaml', good)
        os.chmod(self.key, 0o700)
        refused('which the application can read', '--programs=' + self.key)
        os.unlink(self.config)
        refused('No such file')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
