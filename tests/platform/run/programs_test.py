# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What an application in the sandbox can run."""
import ctypes
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest

from application import AIRLOCK, Application, PYTHON, needs_sandbox

# Works in Python 2.7, too. Prints whether a program can be run, without waiting
# for it.
TRY = '''
from __future__ import print_function
import errno, os, shutil, stat, subprocess, sys
def run(*argv):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            import fcntl
            fcntl.fcntl(writing, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
            null = os.open('/dev/null', os.O_RDWR)
            for fd in 0, 1, 2:
                os.dup2(null, fd)
            os.execv(argv[0], argv)
        except OSError as error:
            os.write(writing, errno.errorcode[error.errno].encode())
        finally:
            os._exit(125)
    os.close(writing)
    error = os.read(reading, 100).decode()
    os.close(reading)
    status = os.waitpid(pid, 0)[1]
    return error or ('done' if status == 0 else 'failed')
'''
# All files that look like programs, wherever they are.
FIND = '''
def walk():
    for folder, folders, files in os.walk('/'):
        folders[:] = [name for name in folders
                      if folder != '/' or name not in ('proc', 'dev')]
        for name in files:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode) and mode & 0o111:
                yield path
def is_machine_code(path):
    try:
        with open(path, 'rb') as file:
            return file.read(4) == b'\\x7fELF'
    except (IOError, OSError):
        return False
'''
LOADER = '/lib64/ld-linux-x86-64.so.2'


@needs_sandbox
class ProgramsTest(unittest.TestCase):

    def folder(self):
        data = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, data)
        return data

    def outcomes(self, code, *arguments, **options):
        app = options.pop('app', None) or Application(self)
        app.write('main.py', TRY + code)
        status, out, err = app.run(*arguments, **options)
        self.assertEqual(status, 0, err)
        return dict(line.rsplit(' ', 1) for line in out.splitlines())

    def test_no_program_of_the_machine_is_there(self):
        found = self.outcomes(FIND + '''
own = set(map(os.path.realpath, (sys.executable, '/bin/sh', '/usr/bin/env')))
own = set((os.stat(path).st_dev, os.stat(path).st_ino) for path in own)
for path in walk():
    if not is_machine_code(path) or '.so' in os.path.basename(path):
        continue
    status = os.stat(path)
    if (status.st_dev, status.st_ino) not in own:
        print(path, 'program')
print('searched', 'done')
''')
        self.assertEqual(found, {'searched': 'done'})

    def test_nothing_else_can_be_run(self):
        found = self.outcomes(FIND + '''
own = set(map(os.path.realpath, (sys.executable, '/bin/sh', '/usr/bin/env')))
own = set((os.stat(path).st_dev, os.stat(path).st_ino) for path in own)
for path in walk():
    status = os.stat(path)
    # The loader must be; it runs what can be read.
    if ((status.st_dev, status.st_ino) in own
            or os.path.basename(path).startswith('ld-')
            or path.startswith(sys.prefix + '/bin/')):
        continue
    result = run(path)
    if result not in ('EACCES', 'EPERM', 'ENOENT', 'ELOOP'):
        print(path, result)
print('interpreter', run(sys.executable, '-c', ''))
for name in '/bin/sh', '/usr/bin/sh':
    print(name, run(name, '-c', ':'))
print('env', run('/usr/bin/env', 'python', '-c', ''))
''')
        self.assertEqual(found, {name: 'done' for name in (
            'interpreter', '/bin/sh', '/usr/bin/sh', 'env')})

    def test_programs_with_their_own_tls(self):
        """git-remote-https is such a one; also as data for the loader."""
        found = self.outcomes('''
for name in ('/usr/lib/git-core/git-remote-https', '/usr/bin/curl',
             '/usr/bin/openssl', '/usr/lib/git-core/git'):
    print(name, run(name, '--version'))
    print('loaded:' + name, run(%r, name, '--version'))
''' % LOADER)
        for name, outcome in found.items():
            self.assertIn(outcome, ('ENOENT', 'EACCES', 'failed'), name)

    def test_programs_of_the_application(self):
        app, data = Application(self), self.folder()
        for folder in app.folder, data:
            shutil.copy('/bin/true', os.path.join(folder, 'true'))
            with open(os.path.join(folder, 'script'), 'w',
                      encoding='ascii') as file:
                file.write('#!/bin/sh\nexit 0\n')
            os.chmod(os.path.join(folder, 'script'), 0o755)
        code = '''
data = sys.argv[1]
for folder in os.getcwd(), data:
    for name in 'true', 'script':
        print('%s:%s' % (name, folder == data),
              run(os.path.join(folder, name)))
shutil.copy(sys.executable, data + '/made')
os.chmod(data + '/made', 0o755)
print('made:True', run(data + '/made', '-c', ''))
'''
        found = self.outcomes(code, '--writable=' + data, '--', data, app=app)
        self.assertEqual(found, {
            'true:False': 'EACCES', 'script:False': 'done',
            'true:True': 'EACCES', 'script:True': 'EACCES',
            'made:True': 'EACCES'})
        found = self.outcomes(code, '--writable=' + data, '--programs=any',
                              '--', data, app=app)
        self.assertEqual(found['true:False'], 'done')
        self.assertEqual(found['script:True'], 'done')

    def test_scripts_that_it_can_write(self):
        """The permission is for a file, whatever its content."""
        code = '''
data = os.path.abspath('data')
for name in 'script', 'linked':
    print('before:' + name, run(os.path.join(data, name)))
    with open(os.path.join(data, name), 'wb') as file:
        with open(sys.executable, 'rb') as program:
            file.write(program.read())
    print('after:' + name, run(os.path.join(data, name), '-c', ''))
print('own', run(os.path.abspath('own')))
print('changed', run(os.path.abspath('other'), '-c', ''))
'''
        app = Application(self)
        os.mkdir(app.path('data'))
        for name in 'own', 'other', 'data/script':
            app.write(name, '#!/bin/sh\nexit 0\n')
            os.chmod(app.path(name), 0o755)
        os.link(app.path('other'), app.path('data/linked'))
        found = self.outcomes(code, '--writable=' + app.path('data'), app=app)
        self.assertEqual(found.pop('own'), 'done')
        self.assertEqual(set(found.values()), {'EACCES'}, found)

    def test_entrypoints(self):
        """The application's author names it, and is not the operator."""
        folder = self.folder()
        script = os.path.join(folder, 'a-script')
        with open(script, 'w', encoding='ascii') as file:
            file.write('#!/bin/sh\necho "$1"\n')
        os.chmod(script, 0o755)
        path = '%s:%s:/usr/bin:/bin' % (os.path.dirname(PYTHON), folder)
        shutil.copy('/bin/echo', os.path.join(folder, 'a-program'))
        for entrypoint in 'true', 'a-program said', 'openssl version':
            app = Application(self, '', 'entrypoint: ' + entrypoint)
            status, out, err = app.run(PATH=path)
            self.assertEqual((status, out), (2, ''), err)
            self.assertIn('app.yaml:2:13', err)
            self.assertIn('--programs=' + entrypoint.split()[0], err)
        for entrypoint, flags in (
                ('a-script said', []), ('sh script said', []),
                ('env ./script said', []),
                ('python -c "print(\'said\')"', []),
                ('a-program said', ['--programs=a-program']),
                ('a-program said', ['--programs=any'])):
            app = Application(self, '', 'entrypoint: ' + entrypoint)
            shutil.copy(script, app.path('script'))
            status, out, err = app.run(*flags, PATH=path)
            self.assertEqual((status, out), (0, 'said\n'), err)

    def test_named_programs(self):
        code = '''
for name in '/usr/bin/true', '/bin/true', '/usr/bin/false':
    print(name, run(name))
'''
        self.assertEqual(set(self.outcomes(code).values()), {'ENOENT'})
        for flag in '--programs=true', '--programs=/usr/bin/true':
            found = self.outcomes(code, flag)
            self.assertEqual(found['/usr/bin/true'], 'done')
            self.assertEqual(found['/usr/bin/false'], 'ENOENT')
        for bad in 'no-such-program', '/no/such', './true', '/usr/bin', 'true,x':
            status, out, err = Application(self, 'print("started")').run(
                '--programs=' + bad)
            self.assertEqual((status, out), (2, ''), bad)
            self.assertIn('--programs=', err)

    def test_airlock_itself_is_out_of_reach(self):
        found = self.outcomes('''
path = '/run/airlock/enter'
print('run', run(path, 'connect', '--help'))
print('loaded', run(%r, path, '--help'))
try:
    open(path, 'rb')
    print('read done')
except (IOError, OSError) as error:
    print('read', errno.errorcode[error.errno])
try:
    os.chmod(path, 0o755)
    print('chmod done')
except OSError as error:
    print('chmod', errno.errorcode[error.errno])
''' % LOADER)
        self.assertEqual(found['read'], 'EACCES')
        self.assertEqual(found['chmod'], 'EROFS')
        self.assertEqual(found['run'], 'EACCES')
        self.assertEqual(found['loaded'], 'failed')

    def test_files_can_be_moved(self):
        data = self.folder()
        found = self.outcomes('''
os.chdir(sys.argv[1])
os.mkdir('folder')
open('file', 'w').close()
os.rename('file', 'folder/file')
os.link('folder/file', 'file')
print('moved', len(os.listdir('folder')))
''', '--writable=' + data, '--', data)
        self.assertEqual(found, {'moved': '1'})

    @unittest.skipUnless(platform.machine() == 'x86_64', 'code of x86-64')
    def test_a_kernel_without_landlock(self):
        app = Application(self, 'print("started")')

        def without_landlock():
            # Allows all but calls 444 to 446, which answer ENOSYS.
            words = [(0x20, 0, 0, 0), (0x35, 0, 2, 444), (0x25, 1, 0, 446),
                     (0x06, 0, 0, 0x00050000 | 38), (0x06, 0, 0, 0x7fff0000)]

            class Instruction(ctypes.Structure):
                _fields_ = [('code', ctypes.c_ushort), ('yes', ctypes.c_ubyte),
                            ('no', ctypes.c_ubyte), ('k', ctypes.c_uint)]

            class Program(ctypes.Structure):
                _fields_ = [('size', ctypes.c_ushort),
                            ('code', ctypes.POINTER(Instruction))]

            code = (Instruction * len(words))(*[Instruction(*word)
                                                for word in words])
            program = Program(len(words), code)
            libc = ctypes.CDLL(None, use_errno=True)
            assert libc.prctl(38, 1, 0, 0, 0) == 0
            assert libc.prctl(22, 2, ctypes.byref(program)) == 0

        def run(*flags):
            done = subprocess.run(
                [os.path.abspath(AIRLOCK), 'run'] + list(flags) + [app.yaml],
                env=app.environment(), preexec_fn=without_landlock, cwd='/',
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, universal_newlines=True, check=False)
            return done.returncode, done.stdout, done.stderr

        status, out, err = run()
        self.assertEqual((status, out), (1, ''), err)
        self.assertIn('Landlock', err)
        self.assertIn('--programs=any', err)
        status, out, err = run('--programs=any')
        self.assertEqual((status, out), (0, 'started\n'), err)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
