# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The audit of an application that tries to read, stop or forge it."""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from application import AIRLOCK, Application, needs_sandbox

# Works in Python 2.7, too.
PRELUDE = '''
from __future__ import print_function
import errno, json, os, socket, stat, subprocess, sys
AUDIT = '/run/airlock/audit'
def attempt(name, call):
    try:
        call()
        print(name, 'done')
    except (OSError, IOError) as error:
        print(name, errno.errorcode.get(error.errno, error))
VIOLATE = """
import socket, ssl
def violate():
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    plain = socket.create_connection(listener.getsockname())
    try:
        context.wrap_socket(plain, server_hostname='localhost',
                            do_handshake_on_connect=False)
        raise AssertionError('not refused')
    except ssl.SSLError:
        pass
    finally:
        plain.close()
        listener.close()
"""
exec(VIOLATE)
'''


@needs_sandbox
class AuditTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.audit = os.path.join(self.folder, 'audit')

    def lines(self):
        """All that is in the audit, each line of which must be an object."""
        with open(self.audit, encoding='ascii') as file:
            lines = [json.loads(line) for line in file]
        for line in lines:
            self.assertIsInstance(line, dict)
            self.assertIn(line.get('by'), (None, 'airlock run'))
        return lines

    def actions(self):
        return collections.Counter(line['action'] for line in self.lines())

    def run_it(self, code, *flags, **variables):
        """(outcomes of attempts, errors)."""
        app = Application(self, PRELUDE + code)
        status, out, err = app.run('--audit=' + self.audit, *flags,
                                   AIRLOCK_VERIFY='enforce', **variables)
        self.assertEqual(status, 0, err)
        return dict(line.rsplit(' ', 1) for line in out.splitlines()), err

    def test_it_cannot_be_read(self):
        found, _ = self.run_it('''
violate()
held = []
for fd in range(3, 100):
    try:
        if stat.S_ISFIFO(os.fstat(fd).st_mode):
            held.append(str(fd))
    except OSError:
        pass
print('held', len(held))
places = [AUDIT] + ['/proc/%s/fd/%s' % (process, fd)
                    for process in ('self', '1', '2') for fd in held]
for place in places:
    for name, flags in ('read', os.O_RDONLY), ('both', os.O_RDWR):
        attempt('%s:%s' % (name, place),
                lambda: os.open(place, flags | os.O_NONBLOCK))
    attempt('chmod:' + place, lambda: os.chmod(place, 0o666))
for fd in held:
    attempt('from:' + fd, lambda: os.read(int(fd), 4096))
    attempt('fchmod:' + fd, lambda: os.fchmod(int(fd), 0o666))
attempt('unlink', lambda: os.unlink(AUDIT))
attempt('rename', lambda: os.rename(AUDIT, AUDIT + '.old'))
attempt('link', lambda: os.link(AUDIT, AUDIT + '.new'))
code = VIOLATE + '\\nviolate()\\n'
for i in range(9):
    subprocess.check_call([sys.executable, '-c', code], env={})
''')
        self.assertEqual(found.pop('held'), '1')
        self.assertNotIn('done', found.values(), found)
        self.assertEqual(self.actions(), {'refused': 10})

    def test_claims_of_the_application_are_marked(self):
        self.run_it('violate()\n')
        line, = self.lines()
        self.assertEqual(line['claimed']['host'], 'localhost')
        self.assertRegex(line['claimed']['call_site'], ':[0-9]+$')
        self.assertEqual(set(line), {
            'time', 'action', 'setting', 'requested', 'effective', 'rule',
            'claimed', 'suppressed'})

    def test_closing_it_stops_nothing(self):
        self.run_it('''
os.closerange(3, 1000)
violate()
# Its number for another file.
for fd in range(3, 200):
    os.dup2(1, fd)
os.closerange(50, 200)
violate()
''')
        self.assertEqual(self.actions(), {'refused': 2})

    def test_unreported_refusals_still_refuse(self):
        found, _ = self.run_it('''
import resource, ssl
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen(1)
plain = socket.create_connection(listener.getsockname())
for fd in range(3, 100):
    try:
        if stat.S_ISFIFO(os.fstat(fd).st_mode):
            os.close(fd)
    except OSError:
        pass
limits = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
try:
    context.wrap_socket(plain, server_hostname='localhost',
                        do_handshake_on_connect=False)
    print('untold done')
except ssl.SSLError as error:
    print('untold', 'refused' if 'policy' in str(error) else error)
resource.setrlimit(resource.RLIMIT_NOFILE, limits)
violate()
''')
        self.assertEqual(found, {'untold': 'refused'})
        self.assertEqual(self.actions(), {'lost': 1, 'refused': 1})

    def test_its_end_is_noticed(self):
        app = Application(self, PRELUDE + '''
import signal
violate()
os.closerange(3, 1000)
signal.pause()
''')
        process = app.start('--audit=' + self.audit, AIRLOCK_VERIFY='enforce')
        while 'open any more' not in process.stderr.readline():
            self.assertIsNone(process.poll())
        process.terminate()
        process.communicate()
        self.assertEqual(self.actions(), {'refused': 1, 'closed': 1})
        self.assertEqual(self.lines()[-1]['by'], 'airlock run')
        # The normal end of an application is not reported.
        os.remove(self.audit)
        self.run_it('violate()\n')
        self.assertEqual(self.actions(), {'refused': 1})

    def test_invalid_lines(self):
        self.run_it(r'''
fd = os.open(AUDIT, os.O_WRONLY)
for junk in (b'{"time": "begun', b'\n\n\n', b'[' * 3000, b'\xff\x00\n', b'{}\n',
             b'{"time":1,"action":"closed","by":"airlock run"}\n',
             b'{"time":1,"action":"x","by":"airlock run","by":1}\n',
             b'{"time":1,"action":"x","nested":{"a":{"b":1}}}\n',
             b'{"time":1,"action":[1]}\n', b'x' * 5000, b'y'):
    os.write(fd, junk)
    violate()
''')
        actions = self.actions()
        # One place in the code may report a burst of five.
        self.assertEqual(actions['refused'], 5)
        self.assertEqual(set(actions), {'refused', 'invalid'})
        for line in self.lines():
            self.assertEqual(line['action'] == 'invalid', 'by' in line)

    def test_many_processes_at_once(self):
        self.run_it('''
text = '{"time": "now", "action": "test", "text": "%s"}' % ('x' * 1000)
code = """
import os, sys
fd = os.open(%r, os.O_WRONLY)
line = (sys.argv[1] + '\\\\n').encode()
for i in range(100):
    os.write(fd, line)
""" % AUDIT
children = [subprocess.Popen([sys.executable, '-c', code, text])
            for _ in range(8)]
for child in children:
    assert child.wait() == 0
''')
        self.assertEqual(self.actions(), {'test': 800})
        for line in self.lines():
            self.assertEqual(line['text'], 'x' * 1000)

    def test_a_flood_is_bounded_and_counted(self):
        self.run_it('''
fd = os.open(AUDIT, os.O_WRONLY)
line = b'{"time":"now","action":"test"}\\n'
for i in range(100):
    block = line * 100
    while block:
        block = block[os.write(fd, block):]
for i in range(1000):
    os.write(fd, b'junk\\n')
''')
        actions = self.actions()
        dropped = sum(line['count'] for line in self.lines()
                      if line['action'] == 'dropped')
        self.assertEqual(actions['test'] + actions['invalid'] + dropped, 11000)
        self.assertGreaterEqual(actions['test'], 4096)
        self.assertLess(actions['test'], 9000)
        self.assertLess(actions['invalid'], 100)

    def test_its_name_outside_is_gone_at_once(self):
        data = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, data)
        # Even if the application may write there, it never sees it.
        found, _ = self.run_it('''
print('found', len(os.listdir(%r)))
violate()
''' % data, '--writable=' + data, XDG_RUNTIME_DIR=data)
        self.assertEqual(found, {'found': '0'})
        self.assertEqual(os.listdir(data), [])
        self.assertEqual(self.actions(), {'refused': 1})

    def test_a_full_disk_is_reported(self):
        app = Application(self, PRELUDE + 'violate()\n')
        status, _, err = app.run('--audit=/dev/full', AIRLOCK_VERIFY='enforce')
        self.assertIn('lost', err)
        self.assertEqual(status, 1)
        # The application's own status takes precedence.
        app = Application(self, PRELUDE + 'violate()\nsys.exit(7)\n')
        status, _, err = app.run('--audit=/dev/full', AIRLOCK_VERIFY='enforce')
        self.assertIn('lost', err)
        self.assertEqual(status, 7)

    def test_descriptors_have_one_syntax(self):
        app = Application(self, PRELUDE + 'violate()\n')
        app.cwd = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, app.cwd)
        for bad in ('7', '1', '/dev/fd/2', '/dev/stderr', '/proc/self/fd/2',
                    '&2', 'FD:2', 'fd:', 'fd:x', 'fd:-1', 'fd:77', 'fd:02',
                    'fd:+2', 'fd: 2', ' 7', '+7', '/dev//stderr', ''):
            for flags in [], ['--no-sandbox']:
                status, out, err = app.run('--audit=' + bad, *flags)
                self.assertEqual((status, out), (2, ''), bad)
                self.assertIn(bad, err)
                if not bad:
                    status, out, _ = app.run(*flags, AIRLOCK_AUDIT='')
                    self.assertEqual((status, out), (2, ''))
        self.assertEqual(os.listdir(app.cwd), [])
        status, _, err = app.run('--audit=fd:2', AIRLOCK_VERIFY='enforce')
        self.assertEqual(status, 0, err)
        self.assertIn('"action":"refused"', err)


    def test_a_closed_descriptor_is_an_error(self):
        app = Application(self, PRELUDE + 'violate()\n')
        for fd in 0, 1, 2:
            done = subprocess.run(
                [os.path.abspath(AIRLOCK), 'run', '--audit=fd:%d' % fd,
                 app.yaml], env=app.environment(), cwd='/',
                preexec_fn=lambda: os.close(fd), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, b''), fd)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
