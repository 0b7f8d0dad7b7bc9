# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the employee application makes of files, as strace sees it.

Its key and its certificate are in a database, and stay in memory. Where strace
may not look at processes, that is said, and nothing is claimed.
"""
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import unittest

from application import AIRLOCK, Application, PYTHON, RUNTIME, VERSION
from page_server import PageServer

APP = 'testdata/apps/employee'
CERTS = os.path.abspath('testdata/certs')

# Files of the C library's loader and resolver, and time zones.
SYSTEM = re.compile(
    r'/etc/(ld\.so\.cache|ld\.so\.preload|nsswitch\.conf|hosts|host\.conf|'
    r'resolv\.conf|gai\.conf|services|localtime)$|'
    r'/(usr/)?lib(64)?/|/usr/share/(locale|zoneinfo)/|'
    # Of this very process, and of the machine's processors.
    r'/proc/(self|\d+)/(environ|maps|stat|status|fd)$|/proc/self/fd|'
    r'/sys/devices/system/cpu|/dev/urandom$|'
    r'/proc/(meminfo|cpuinfo|sys/vm/overcommit_memory)$')
# These change files, or make some.
CHANGES = re.compile(
    r'^(\d+ +)?(creat|mkdir|mkdirat|mknod|mknodat|rename|renameat|renameat2|'
    r'unlink|unlinkat|rmdir|link|linkat|symlink|symlinkat|truncate|ftruncate|'
    r'chmod|fchmod|fchmodat|fallocate|memfd_create|copy_file_range|sendfile)'
    r'\(.*\) = (?!-1)')
OPEN = re.compile(
    r'^(?:\d+ +)?open(?:at)?\((?:[^"]*)"([^"]*)", ([^)]*)\) = \d+$')


def strace_reason():
    """Why strace cannot trace processes here; empty if it can."""
    if not shutil.which('strace'):
        return 'strace is not installed'
    done = subprocess.run(['strace', '-f', '-o', os.devnull, 'true'],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          check=False)
    return '' if done.returncode == 0 else done.stderr.decode().strip()


@unittest.skipIf(VERSION == '2.7', 'main.py is for Python 3')
class StraceTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = PageServer(cls, AIRLOCK, [
            '--cert', CERTS + '/server_p256_chain.pem',
            '--key', CERTS + '/server_p256.key',
            '--client_ca', CERTS + '/root.pem', '--require_client_cert'])

    def make(self):
        """The application, with its database beside it."""
        app = Application(self)
        shutil.copy(APP + '/main.py', app.path('main.py'))
        database = sqlite3.connect(app.path('staff.db'))
        with open(APP + '/staff.sql', encoding='ascii') as staff:
            database.executescript(staff.read())
        database.close()
        return app

    def arguments(self, app):
        return ['--', app.path('staff.db'), 'ada', 'localhost',
                self.server.port, CERTS + '/root.pem']

    @unittest.skipIf(strace_reason(), 'strace cannot work here: ' +
                     strace_reason())
    def test_no_file_but_those_and_nothing_written(self):
        app = self.make()
        log = app.path('strace.log')
        app.write('app.yaml', 'runtime: %s\nentrypoint: '
                  # Ignore the machine's site-packages.
                  'strace -f -s 100000 -o %s %s -S main.py\n'
                  % (RUNTIME, log, PYTHON))
        status, out, err = app.run('--no-sandbox', *self.arguments(app))
        self.assertEqual((status, out), (0, 'hello\n'), err)
        with open(log, encoding='utf-8', errors='replace') as file:
            lines = file.read().splitlines()
        prefix = os.path.realpath(subprocess.check_output(
            [PYTHON, '-c', 'import sys; print(sys.prefix)'],
            universal_newlines=True).strip())
        modules = os.path.realpath(
            os.path.join(os.path.dirname(os.path.realpath(AIRLOCK)), '..',
                         'python'))
        opened = set()
        for line in lines:
            self.assertIsNone(CHANGES.match(line), line[:200])
            found = OPEN.search(line)
            if not found:
                continue
            path, flags = found.groups()
            self.assertNotRegex(flags, 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC', line)
            path = os.path.normpath(os.path.join(app.folder, path))
            if not (path.startswith((prefix + '/', modules + '/'))
                    or SYSTEM.match(path) or path in (prefix, modules)
                    or os.path.isdir(path)):
                opened.add(path)
        self.assertEqual(opened, {
            app.path('main.py'), app.path('app.yaml'), app.path('staff.db'),
            CERTS + '/root.pem'})
        # The key comes from the database, and is not sent in the clear.
        having = [line.split('(')[0].split()[-1] for line in lines
                  if 'BEGIN PRIVATE KEY' in line]
        self.assertTrue(having)
        self.assertLessEqual(set(having), {'read', 'pread64'})

    def test_without_strace_it_works_too(self):
        status, out, err = self.make().run('--no-sandbox',
                                           *self.arguments(self.make()))
        self.assertEqual((status, out), (0, 'hello\n'), err)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
