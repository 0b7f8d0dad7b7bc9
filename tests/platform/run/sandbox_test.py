# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the sandbox of `airlock run` lets through, and what not."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from application import (AIRLOCK, Application, PYTHON, RUNTIME, needs_sandbox,
                         no_sandbox_reason)

# Works in Python 2.7, too: prints the result of each call.
TRY = '''
from __future__ import print_function
import errno, os, socket, subprocess, sys
def attempt(name, call):
    try:
        call()
        print(name, 'done')
    except (OSError, IOError, socket.error) as error:
        print(name, errno.errorcode.get(error.errno, error))
'''


class CannotTest(unittest.TestCase):
    """Machines that do not support a sandbox."""

    def test_without_bwrap(self):
        app = Application(self, 'print("started")')
        # A folder that contains only the interpreter.
        folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(os.rmdir, folder)
        name = 'python3' if RUNTIME == 'python3' else (
            'python%s.%s' % (RUNTIME[6], RUNTIME[7:]))
        wrapper = os.path.join(folder, name)
        os.symlink(PYTHON, wrapper)
        self.addCleanup(os.remove, wrapper)
        status, out, err = app.run(PATH=folder)
        self.assertEqual((status, out), (1, ''))
        self.assertIn('is not in PATH', err)
        self.assertIn('--no-sandbox', err)

    def test_says_what_bwrap_said(self):
        app = Application(self, 'print("started")')
        bwrap = app.write('bwrap', '#!/bin/sh\n'
                          'echo bwrap: No permissions to create new namespace\n'
                          'exit 1\n')
        os.chmod(bwrap, 0o755)
        path = '%s:%s' % (app.folder, app.environment()['PATH'])
        status, out, err = app.run(PATH=path)
        self.assertEqual((status, out), (1, ''))
        self.assertIn('this machine cannot provide a sandbox (bwrap: No '
                      'permissions to create new namespace)', err)
        self.assertIn('--no-sandbox', err)

    @unittest.skipUnless(no_sandbox_reason(), 'it has one')
    def test_this_machine(self):
        status, out, err = Application(self, 'print("started")').run()
        self.assertEqual((status, out), (1, ''))
        self.assertRegex(err, 'cannot provide a sandbox|is not in PATH')


class NoSandboxTest(unittest.TestCase):

    def test_status_arguments_and_variables(self):
        app = Application(self, '''
import os, ssl, sys
assert 'Airlock' in ssl.OPENSSL_VERSION
assert os.path.realpath(os.getcwd()) == os.path.dirname(
    os.path.realpath(sys.argv[0]))
print('%s %s' % (sys.argv[1:], os.environ['GREETING']))
sys.exit(7)
''', 'libraries: [{name: ssl, version: latest}]\n'
                          'env_variables: {GREETING: hello}')
        status, out, err = app.run('--no-sandbox', '--', '-I', '--', 'x')
        self.assertEqual(status, 7, err)
        self.assertEqual(out, "['-I', '--', 'x'] hello\n")
        self.assertIn('none (--no-sandbox)', err)

    def test_audit(self):
        app = Application(self, """
import socket, ssl
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
except ssl.SSLError as error:
    print('refused')
""")
        audit = app.path('audit')
        for flags, variables in (
                (['--audit=' + audit], {}),
                ([], {'AIRLOCK_AUDIT': audit})):
            with open(audit, 'w', encoding='ascii'):
                pass
            status, out, err = app.run('--no-sandbox', *flags,
                                       AIRLOCK_VERIFY='enforce', **variables)
            self.assertEqual((status, out), (0, 'refused\n'), err)
            with open(audit, encoding='ascii') as lines:
                self.assertIn('"cert_reqs"', lines.read())

    def test_audit_of_a_relative_path(self):
        app = Application(self, """
import ssl
print('imported')
""")
        app.cwd = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, app.cwd)
        for name in 'audit', 'fd', './7':
            status, out, err = app.run('--no-sandbox', '--audit=' + name)
            self.assertEqual((status, out), (0, 'imported\n'), err)
            self.assertTrue(os.path.exists(os.path.join(app.cwd, name)))

    def test_a_signal_is_128_and_its_number(self):
        app = Application(self, 'import os\nos.kill(os.getpid(), 9)')
        self.assertEqual(app.run('--no-sandbox')[0], 137)


@needs_sandbox
class SandboxTest(unittest.TestCase):

    def outcomes(self, code, *arguments, **options):
        """The result of each attempt in `code`, by its name."""
        app = options.pop('app', None) or Application(self)
        app.write('main.py', TRY + code)
        status, out, err = app.run(*arguments, **options)
        self.assertEqual(status, 0, err)
        return dict(line.split(' ', 1) for line in out.splitlines())

    def test_nothing_can_be_written(self):
        app = Application(self)
        there = app.write('there', 'text')
        found = self.outcomes('''
places = ['/', '/tmp/', '/etc/', '/usr/', '/usr/lib/', '/dev/', '/run/',
          '/run/airlock/', '/var/', os.getcwd() + '/',
          os.path.dirname(os.path.dirname(os.__file__)) + '/']
for place in places:
    attempt(place, lambda: open(place + 'new', 'w'))
    attempt('dir:' + place, lambda: os.mkdir(place + 'newdir'))
for path in sys.argv[1:] + ['/etc/passwd', '/proc/self/oom_score_adj']:
    attempt(path, lambda: open(path, 'a'))
''', '--', there, app=app)
        for name, outcome in found.items():
            self.assertIn(outcome, ('EROFS', 'ENOENT', 'EACCES'), name)
        self.assertEqual(found[there], 'EROFS')

    def test_every_mount_is_read_only(self):
        # Modes and times cannot be changed, either. (A test on devices would
        # change the machine's, if it worked.)
        data = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(os.rmdir, data)
        audit = os.path.join(tempfile.mkdtemp(
            dir=os.environ.get('TEST_TMPDIR')), 'audit')
        self.addCleanup(shutil.rmtree, os.path.dirname(audit))
        app = Application(self, """
for line in open('/proc/self/mountinfo'):
    fields = line.split()
    if 'ro' not in fields[5].split(','):
        print(fields[4])
""")
        status, out, err = app.run('--audit=' + audit, '--writable=' + data)
        self.assertEqual((status, out), (0, data + '\n'), err)
        found = self.outcomes("""
for name in sorted(os.listdir('/dev')):
    path = '/dev/' + name
    mode = os.stat(path).st_mode & 0o7777
    if not os.path.islink(path):
        attempt(path, lambda: os.chmod(path, mode))
attempt('null', lambda: os.write(os.open('/dev/null', os.O_WRONLY), b'x'))
attempt('full', lambda: os.write(os.open('/dev/full', os.O_WRONLY), b'x'))
attempt('zero', lambda: open('/dev/zero', 'rb').read(1))
""")
        for name, outcome in (('null', 'done'), ('full', 'ENOSPC'),
                              ('zero', 'done')):
            self.assertEqual(found.pop(name), outcome, name)
        self.assertEqual(set(found.values()), {'EROFS'}, found)

    def test_only_named_folders_are_writable(self):
        data = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(os.rmdir, data)
        new = os.path.join(data, 'new')
        found = self.outcomes('''
attempt('new', lambda: open(sys.argv[1], 'w').write('x'))
attempt('own', lambda: open('new', 'w'))
''', '--writable=' + data, '--', new)
        self.assertEqual(found, {'new': 'done', 'own': 'EROFS'})
        self.assertTrue(os.path.exists(new))
        os.remove(new)

    def test_folders_that_may_not_be_writable(self):
        app = Application(self)
        for path in ['/etc', '/usr/lib', '/', app.folder, '/not/there']:
            status, out, err = app.run('--writable=' + path)
            self.assertEqual((status, out), (2, ''), path)
            self.assertIn(path, err)

    def test_protected_files_may_not_be_writable(self):
        app = Application(self)
        data = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, data)
        bundle = os.path.join(data, 'ca.pem')
        shutil.copy('testdata/certs/root.pem', bundle)
        link = app.path('ca.pem')
        os.symlink(bundle, link)
        for path in bundle, link:
            status, out, err = app.run('--writable=' + data,
                                       SSL_CERT_FILE=path)
            self.assertEqual((status, out), (2, ''), path)
            self.assertIn('must stay read-only', err)
        # A policy's file, which the next run reads.
        policy = os.path.join(data, 'policy.yaml')
        with open(policy, 'w', encoding='ascii') as file:
            file.write('tls: {verification: enforce}\n')
        status, out, err = app.run('--writable=' + data,
                                   AIRLOCK_CONFIG=policy)
        self.assertEqual((status, out), (2, ''), err)
        self.assertIn(policy, err)

    def test_nothing_of_the_application_runs_outside(self):
        data = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, data)
        app = Application(self, 'print("started")', 'env_variables: '
                          '{LD_PRELOAD: /not/there.so}\n')
        for name in '_ssl', 'sysconfig', 'imp', 'sitecustomize', 'site', 'os':
            app.write(name + '.py', 'import sys\n'
                      'open(%r, "w")\n' % os.path.join(data, name))
        # Like `airlock run` in the application's folder.
        done = subprocess.run(
            [os.path.abspath(AIRLOCK), 'run'], cwd=app.folder,
            env=app.environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, 'started\n'),
                         done.stderr)
        self.assertEqual(os.listdir(data), [])
        # The loader reports it in the sandbox, and not in bwrap.
        said = [line for line in done.stderr.splitlines() if 'LD_PRELOAD' in
                line]
        self.assertEqual(len(said), 1, done.stderr)

    def test_an_entrypoint_opens_no_folder(self):
        for word in '..', '../../root', '.':
            app = Application(self, '', 'entrypoint: %s\n' % word)
            status, _, err = app.run()
            self.assertNotEqual(status, 0)
            self.assertIn('exec', err)
        app = Application(self, '', 'entrypoint: .. || true; '
                          'exec python main.py\n')
        app.write('main.py', TRY + 'attempt("bin", lambda: '
                  'os.stat("/usr/bin/openssl"))\n')
        _, out, _ = app.run()
        self.assertNotIn('done', out)

    def test_files_of_others_are_not_there(self):
        with tempfile.NamedTemporaryFile(
                dir=os.environ.get('TEST_TMPDIR')) as file:
            found = self.outcomes('''
for path in sys.argv[1:] + ['/home', '/var', '/etc/shadow', '/usr/bin/openssl',
                            '/sys', '/dev/shm']:
    attempt(path, lambda: os.stat(path))
''', '--', file.name)
        self.assertEqual(set(found.values()), {'ENOENT'}, found)

    def test_system_calls(self):
        found = self.outcomes('''
attempt('unix', lambda: socket.socket(socket.AF_UNIX))
attempt('packet', lambda: socket.socket(17, socket.SOCK_RAW))
attempt('chroot', lambda: os.chroot('/'))
attempt('setuid', lambda: os.setuid(0))
attempt('mknod', lambda: os.mknod('/tmp/new'))
attempt('inet', lambda: socket.socket())
attempt('inet6', lambda: socket.socket(socket.AF_INET6))
attempt('pair', lambda: socket.socketpair())
attempt('name', lambda: socket.getaddrinfo('localhost', 443))
attempt('fork', lambda: subprocess.check_call([sys.executable, '-c', '']))
import threading
thread = threading.Thread(target=int)
attempt('thread', thread.start)
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    def make():
        if getattr(libc, name)(*arguments) < 0:
            raise OSError(ctypes.get_errno(), name)
    attempt(name, make)
call('unshare', 0x10000000)
call('mount', b'none', b'/tmp', b'tmpfs', 0, None)
call('umount', b'/proc')
call('ptrace', 0, 0, 0, 0)
call('setns', 0, 0)
''')
        denied = ['unix', 'packet', 'chroot', 'setuid', 'mknod', 'unshare',
                  'mount', 'umount', 'ptrace', 'setns']
        self.assertEqual({name: found[name] for name in denied},
                         {name: 'ENOSYS' for name in denied})
        for name in denied:
            del found[name]
        self.assertEqual(set(found.values()), {'done'}, found)

    def test_no_privileges_and_its_own_namespace(self):
        app = Application(self, '''
import os
print(os.getpid())
print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()))
for line in open('/proc/self/status'):
    if line.startswith(('Cap', 'NoNewPrivs', 'Seccomp:')):
        print(line.strip())
print(sorted(int(f) for f in os.listdir('/proc/self/fd'))[:3])
''')
        status, out, err = app.run()
        self.assertEqual(status, 0, err)
        lines = out.splitlines()
        self.assertEqual(lines[:2], ['2', '[1, 2]'])
        self.assertIn('NoNewPrivs:\t1', lines)
        self.assertIn('Seccomp:\t2', lines)
        capabilities = [line for line in lines if line.startswith('Cap')]
        self.assertEqual(len(capabilities), 5)
        for line in capabilities:
            self.assertEqual(int(line.split()[1], 16), 0, line)

    def test_descriptors_are_not_handed_down(self):
        read, write = os.pipe()
        os.set_inheritable(write, True)
        os.dup2(write, 97, inheritable=True)
        try:
            found = self.outcomes('attempt("fd", lambda: os.fstat(97))')
        finally:
            for fd in (read, write, 97):
                os.close(fd)
        self.assertEqual(found, {'fd': 'EBADF'})

    def test_descriptors_are_not_handed_down_when_few_are_left(self):
        """At each limit at which a run fails, and the first at which not."""
        app = Application(self, TRY + 'attempt("fd", lambda: os.fstat(3))')
        audit = app.path('audit')
        for limit in range(8, 64):
            done = subprocess.run(
                ['sh', '-c', 'ulimit -n %d; exec "$@" 3<"$0"' % limit,
                 app.yaml, os.path.abspath(AIRLOCK), 'run', '--audit=' + audit,
                 app.yaml],
                env=app.environment(), cwd='/', stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                timeout=60)
            self.assertNotIn(b'fd done', done.stdout, limit)
            if b'fd EBADF' in done.stdout:
                break
        else:
            self.fail('the application never started')

    def test_no_network(self):
        code = '''
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen(1)
attempt('own', lambda: socket.create_connection(listener.getsockname()))
attempt('far', lambda: socket.create_connection(('192.0.2.1', 9), 1))
'''
        found = self.outcomes(code, '--no-network')
        self.assertEqual(found['own'], 'done')
        self.assertEqual(found['far'], 'ENETUNREACH')

    def test_every_interpreter_has_airlock(self):
        app = Application(self, '''
import subprocess, sys
code = 'import _ssl; print("Airlock" in _ssl.OPENSSL_VERSION)'
for flags in [], ['-E'], ['-S'], ['-s', '-E', '-S']:
    for env in None, {}:
        print(subprocess.check_output(
            [sys.executable] + flags + ['-c', code], env=env).decode().strip())
''')
        status, out, err = app.run()
        self.assertEqual(status, 0, err)
        self.assertEqual(out.split(), ['True'] * 8)

    def test_the_package_is_there(self):
        app = Application(self, 'import airlock\n'
                          'print(airlock.policy()["verification"].value)')
        status, out, err = app.run(AIRLOCK_VERIFY='enforce')
        self.assertEqual((status, out), (0, 'enforce\n'), err)

    def test_entrypoint(self):
        app = Application(
            self, 'import sys, os\nprint(sys.argv[1:] + [os.getpid()])',
            'entrypoint: python main.py --port=$PORT\n'
            'env_variables: {PORT: "8080"}')
        status, out, err = app.run('--', 'a b')
        self.assertEqual(status, 0, err)
        self.assertEqual(out, "['--port=8080', 'a b', 2]\n")

    def test_signals_and_statuses(self):
        app = Application(self, '''
import os, signal, sys
def stop(number, frame):
    os.write(1, ('stopped by %d\\n' % number).encode())
    os._exit(5)
signal.signal(int(sys.argv[1]), stop)
os.write(1, b'ready\\n')
while True:
    signal.pause()
''')
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
                       signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
            process = app.start('--', str(int(number)))
            self.assertEqual(process.stdout.readline(), 'ready\n')
            process.send_signal(number)
            out, err = process.communicate()
            self.assertEqual(process.returncode, 5, err)
            self.assertEqual(out, 'stopped by %d\n' % number)
        # It ends a process that does not handle it.
        process = app.start('--', str(int(signal.SIGHUP)))
        self.assertEqual(process.stdout.readline(), 'ready\n')
        process.terminate()
        process.communicate()
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)

    def test_dies_with_its_parent(self):
        # Even a process that left its parent, session and signals.
        app = Application(self, '''
import os, signal, socket, sys
plain = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
if os.fork() == 0:
    os.setsid()
    for number in range(1, 32):
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        plain.sendall(b'ready')
        while True:
            signal.pause()
    os._exit(0)
plain.close()
signal.pause()
''')
        with socket.create_server(('127.0.0.1', 0)) as listener:
            process = app.start('--', str(listener.getsockname()[1]))
            peer, _ = listener.accept()
            with peer:
                self.assertEqual(peer.recv(5), b'ready')
                process.kill()
                # The application held the other end.
                try:
                    self.assertEqual(peer.recv(1), b'')
                except ConnectionResetError:
                    pass
        process.communicate()

    @unittest.skipIf(RUNTIME == 'python27', 'the example is for Python 3')
    def test_the_example(self):
        app = Application(self)
        app.yaml = os.path.abspath('testdata/apps/employee/app.yaml')
        status, out, err = app.run()
        self.assertEqual(status, 0, err)
        self.assertIn('hello Airlock Test Client', out)

    def test_screen(self):
        app = Application(self, 'pass', 'env_variables: '
                          '{AIRLOCK_VERIFY: enforce}')
        status, _, err = app.run()
        self.assertEqual(status, 0, err)
        self.assertIn('runtime   %s: ' % RUNTIME, err)
        self.assertIn('ssl       ', err)
        self.assertIn('writable: nothing; network: the machine', err)
        self.assertRegex(err, 'CA bundle /.*: [0-9]+ certificates, the first '
                         'of which expires on [0-9]{4}-')
        self.assertRegex(err, 'verification +enforce +.*app.yaml:2:33')
        self.assertLess(len(err.splitlines()), 24)


class MistakesTest(unittest.TestCase):

    def check(self, app, error):
        status, out, err = app.run()
        self.assertEqual((status, out), (2, ''), err)
        self.assertIn(error, err)

    def test_runtimes(self):
        self.check(Application(self, runtime='ruby'),
                   'app.yaml:1:10: unknown runtime "ruby"; use python3')
        app = Application(self)
        app.write('app.yaml', 'api_version: 1\n')
        self.check(app, 'it has no runtime; write runtime: python3')

    def test_nothing_to_start(self):
        app = Application(self)
        os.remove(app.path('main.py'))
        status, out, err = app.run()
        self.assertEqual((status, out), (1, ''))
        self.assertIn('main.py', err)

    def test_two_files(self):
        self.assertIn('only one app.yaml is allowed',
                      Application(self).run('other.yaml')[2])

    def test_a_broken_policy_stops_it(self):
        app = Application(self, 'print("started")')
        policy = app.write('policy.yaml', 'tls:\n  verfication: enforce\n')
        status, out, err = app.run(AIRLOCK_CONFIG=policy)
        self.assertEqual((status, out), (2, ''))
        self.assertIn('policy.yaml:2:3', err)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
