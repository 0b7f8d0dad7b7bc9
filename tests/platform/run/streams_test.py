# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Standard input, output and error of an application in the sandbox."""
import json
import os
import pty
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from application import AIRLOCK, Application, needs_sandbox

# Works in Python 2.7, too. Opens the target of a descriptor, in each way, and
# writes what it read to a file.
OPEN_AGAIN = '''
from __future__ import print_function
import errno, fcntl, json, os, sys
report = {}
def attempt(name, call):
    try:
        result = call()
        report[name] = result.decode() if isinstance(result, bytes) else result
    except (OSError, IOError) as error:
        report[name] = errno.errorcode.get(error.errno)
def read_again(path, flags):
    fd = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        return os.read(fd, 65536)
    finally:
        os.close(fd)
def change(path, flags):
    fd = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)
    os.write(fd, b'')
    os.close(fd)
    return 'done'
if os.fork() == 0:
    os.setsid()  # As a leader of a session that has no terminal yet.
    for fd in map(int, sys.argv[2].split(',')):
        report['tty%d' % fd] = os.isatty(fd)
        for place in '/proc/self/fd/', '/dev/fd/', '/proc/1/fd/', '/proc/2/fd/':
            path = place + str(fd)
            attempt('read ' + path, lambda: read_again(path, os.O_RDONLY))
            attempt('both ' + path, lambda: read_again(path, os.O_RDWR))
        attempt('direct%d' % fd, lambda: (
            fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK), os.read(fd, 65536)
            )[1] if fd else 'not tried')
        attempt('ftruncate%d' % fd, lambda: os.ftruncate(fd, 0))
        attempt('truncate%d' % fd, lambda: change(
            '/proc/self/fd/%d' % fd, os.O_WRONLY | os.O_TRUNC))
        attempt('push%d' % fd, lambda: fcntl.ioctl(fd, 0x5412, b'x'))
    with open(sys.argv[1], 'w') as file:
        json.dump(report, file)
    os._exit(0)
os.wait()
'''


@needs_sandbox
class StreamsTest(unittest.TestCase):

    def setUp(self):
        self.data = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.data)
        self.report = os.path.join(self.data, 'report')

    def start(self, code, *arguments, **streams):
        """Starts an application with these streams and a place to write."""
        app = Application(self, code)
        streams.setdefault('stdin', subprocess.DEVNULL)
        return subprocess.Popen(
            [os.path.abspath(AIRLOCK), 'run', '--writable=' + self.data,
             app.yaml, '--'] + list(arguments),
            env=app.environment(), cwd='/', **streams)

    def reported(self):
        with open(self.report, encoding='utf-8') as file:
            return json.load(file)

    def test_a_terminal_cannot_be_read(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        os.write(master, b'typed by the operator\n')
        process = self.start(OPEN_AGAIN, self.report, '0,1,2', stdin=slave,
                             stdout=slave, stderr=slave)
        os.close(slave)
        self.assertEqual(process.wait(), 0)
        report = self.reported()
        for name, found in report.items():
            self.assertNotIn('operator', str(found), name)
            if name.startswith('tty'):
                self.assertFalse(found, name)
            if name.startswith('push'):
                self.assertEqual(found, 'ENOSYS', name)

    def test_lines_reach_a_terminal_at_once(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process = self.start('import signal\nprint("rea" + "dy")\n'
                             'signal.pause()\n', stdout=slave, stderr=slave)
        os.close(slave)
        seen = b''
        while b'ready' not in seen:
            seen += os.read(master, 65536)
        process.terminate()
        self.assertEqual(process.wait(), 128 + 15)

    def test_a_log_is_neither_read_nor_cut(self):
        log = os.path.join(tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR')),
                           'log')
        self.addCleanup(shutil.rmtree, os.path.dirname(log))
        for flags in os.O_RDWR | os.O_APPEND, os.O_WRONLY:
            with open(log, 'w', encoding='ascii') as file:
                file.write('an earlier secret\n')
            fd = os.open(log, flags)
            os.lseek(fd, 0, os.SEEK_END)
            process = self.start(OPEN_AGAIN + 'os.write(2, b"its own\\n")\n',
                                 self.report, '1,2', stdout=fd, stderr=fd)
            self.assertEqual(process.wait(), 0)
            os.close(fd)
            for name, found in self.reported().items():
                self.assertNotIn('secret', str(found), name)
            with open(log, encoding='utf-8') as file:
                text = file.read()
            self.assertTrue(text.startswith('an earlier secret\n'), text)
            self.assertTrue(text.endswith('its own\n'), text)

    def test_a_file_as_input_is_read_only(self):
        path = os.path.join(tempfile.mkdtemp(
            dir=os.environ.get('TEST_TMPDIR')), 'input')
        self.addCleanup(shutil.rmtree, os.path.dirname(path))
        text = b'0123456789abcdef' * 65536
        with open(path, 'wb') as file:
            file.write(text)
        code = '''
import errno, os, sys
size = 0
while True:
    chunk = os.read(0, 65536)
    if not chunk:
        break
    size += len(chunk)
failed = 0
for flags in os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC:
    try:
        fd = os.open('/proc/self/fd/0', flags | os.O_NONBLOCK)
        os.write(fd, b'changed')
    except (IOError, OSError):
        pass
try:
    os.ftruncate(0, 0)
except (IOError, OSError):
    pass
print(size)
'''
        with open(path, 'rb') as file:
            process = self.start(code, stdin=file, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
            out, err = process.communicate()
        self.assertEqual((process.returncode, out.split()),
                         (0, [b'%d' % len(text)]), err)
        with open(path, 'rb') as file:
            self.assertEqual(file.read(), text)

    def test_input_is_read_ahead(self):
        """Input that an application leaves is not left for the next program."""
        with tempfile.TemporaryFile() as file:
            file.write(b'x' * 10000)
            file.seek(0)
            # The offset is shared with processes that inherit the descriptor.
            process = self.start('import os\nprint(len(os.read(0, 1)))\n',
                                 stdin=file, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
            out, err = process.communicate()
            self.assertEqual((process.returncode, out), (0, b'1\n'), err)
            self.assertEqual(os.lseek(file.fileno(), 0, os.SEEK_CUR), 10000)

    def test_a_socket_as_input_cannot_be_written_to(self):
        here, there = socket.socketpair()
        self.addCleanup(here.close)
        here.sendall(b'hello')
        here.shutdown(socket.SHUT_WR)
        process = self.start('''
import os, socket
print(os.read(0, 100).decode())
for write in (lambda: os.write(0, b'out'),
              lambda: socket.fromfd(0, 1, 1).send(b'out'),
              lambda: open('/proc/self/fd/0', 'wb').write(b'out')):
    try:
        write()
    except (IOError, OSError, socket.error):
        pass
''', stdin=there, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        there.close()
        out, err = process.communicate()
        self.assertEqual((process.returncode, out), (0, b'hello\n'), err)
        self.assertEqual(here.recv(100), b'')

    def test_all_of_it_arrives_in_order(self):
        process = self.start('''
import os, sys
for i in range(20000):
    os.write(1 + i % 2, ('%d\\n' % i).encode())
os.write(1, b'x' * 3000000 + b'end')
os._exit(7)
''', stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        out, _ = process.communicate()
        self.assertEqual(process.returncode, 7)
        own = out[out.index(b'\n0\n1\n') + 1:]
        numbers = b''.join(b'%d\n' % i for i in range(20000))
        self.assertTrue(own.startswith(numbers))
        self.assertEqual(own[len(numbers):], b'x' * 3000000 + b'end')

    def test_background_processes_end(self):
        process = self.start('''
import os, signal
if os.fork() == 0:
    os.setsid()
    signal.pause()
print('done')
''', stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate()
        self.assertEqual((process.returncode, out), (0, b'done\n'), err)

    def test_a_reader_that_goes_away(self):
        reading, writing = os.pipe()
        process = self.start('''
import errno, os
try:
    while True:
        os.write(1, b'x' * 65536)
except (IOError, OSError) as error:
    os._exit(9 if error.errno == errno.EPIPE else 1)
''', stdout=writing, stderr=subprocess.DEVNULL)
        os.close(writing)
        os.read(reading, 1)
        os.close(reading)
        self.assertEqual(process.wait(), 9)

    def test_lost_output_is_reported(self):
        with open('/dev/full', 'wb') as full:
            process = self.start('print("text")', stdout=full,
                                 stderr=subprocess.PIPE)
            err = process.communicate()[1]
        self.assertEqual(process.returncode, 1)
        self.assertIn(b'standard output', err)

    def test_input_that_cannot_be_read_is_not_complete(self):
        """Reading a folder fails."""
        code = 'import os, sys\nprint(len(os.read(0, 9)))\nsys.exit(%d)\n'
        for status, shown in (0, 1), (7, 7):
            fd = os.open(self.data, os.O_RDONLY)
            process = self.start(code % status, stdin=fd,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            os.close(fd)
            out, err = process.communicate()
            self.assertEqual((process.returncode, out), (shown, b'0\n'), err)
            self.assertIn(b'standard input cannot be read to its end', err)

    def test_input_may_be_closed(self):
        with tempfile.TemporaryFile() as file:
            file.write(b'x' * 1000000)
            file.seek(0)
            process = self.start('import os\nos.close(0)\n', stdin=file,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            _, err = process.communicate()
        self.assertEqual(process.returncode, 0, err)
        self.assertNotIn(b'standard input', err)

    def test_a_reader_that_waits_does_not_hold_a_signal(self):
        process = self.start('''
import os
os.write(1, b'x' * 100000)
os.write(2, b'written\\n')
''', stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while b'written' not in process.stderr.readline():
            self.assertIsNone(process.poll())
        # One may still be the application's; the next is not.
        while True:
            process.terminate()
            try:
                status = process.wait(timeout=1)
                break
            except subprocess.TimeoutExpired:
                pass
        self.assertIn(status, (0, 128 + 15, -15))
        process.stdout.close()
        process.stderr.close()

    def test_without_descriptors(self):
        for closed in (0,), (1,), (2,), (0, 1, 2):
            app = Application(self, '''
import os, sys
for fd in 0, 1, 2:
    os.fstat(fd)
with open(sys.argv[1], 'w') as file:
    file.write('"started"')
print('text')
''')
            command = ['sh', '-c', 'exec "$@" ' + ' '.join(
                '%d%s&-' % (fd, '<' if fd == 0 else '>') for fd in closed),
                       'sh', os.path.abspath(AIRLOCK), 'run',
                       '--writable=' + self.data, app.yaml, '--', self.report]
            status = subprocess.call(
                command, env=app.environment(), cwd='/',
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            self.assertEqual(status, 0, closed)
            self.assertEqual(self.reported(), 'started')
            os.remove(self.report)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
