#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of pages of docs/howto as they stand there.

usage: pages_test.py AIRLOCK PAGE...

A command that begins with "$ airlock serve" starts a server on a free port; the
others of its page talk to it, under that port and the name localhost.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

AIRLOCK = os.path.abspath(sys.argv[1])
PAGES = sys.argv[2:]
BLOCK = re.compile(r'^```console\n(.*?)^```$', re.DOTALL | re.MULTILINE)
CERTIFICATE = re.compile(r'-----BEGIN CERTIFICATE-----.*?'
                         r'-----END CERTIFICATE-----\n', re.DOTALL)


def commands(page):
    with open(page, encoding='utf-8') as file:
        blocks = BLOCK.findall(file.read())
    return [line[2:] for block in blocks for line in block.splitlines()
            if line.startswith('$ ')]


class PagesTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        for name in ('public', 'incoming', 'bin'):
            os.mkdir(os.path.join(self.folder, name))
        with open(os.path.join(self.folder, 'report.pdf'), 'w') as file:
            file.write('a report')
        os.symlink(AIRLOCK, os.path.join(self.folder, 'bin', 'airlock'))
        self.environment = dict(
            os.environ, no_proxy='*',
            PATH=os.path.join(self.folder, 'bin') + ':' + os.environ['PATH'])
        self.port = None

    def serve(self, command):
        """Starts `command` with a port of its own, and trusts it."""
        server = subprocess.Popen(
            shlex.split(command) + ['--port', '0'], cwd=self.folder, text=True,
            env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        said = ''
        while not CERTIFICATE.search(said):
            line = server.stdout.readline()
            self.assertTrue(line, 'the server ended: ' + said)
            said += line
        self.port = re.search(r':(\d+),', said).group(1)
        path = os.path.join(self.folder, 'ca.pem')
        with open(path, 'w') as file:
            file.write(CERTIFICATE.search(said).group(0))
        self.environment['SSL_CERT_FILE'] = path

    def run_page(self, page):
        done = 0
        for command in commands(page):
            if command.startswith('airlock serve'):
                self.serve(command)
            elif 'capture.pcap' not in command:  # decode_tcpdump_test has one.
                command = re.sub('localhost:9443|example.com(:443)?',
                                 'localhost:' + self.port, command)
                result = subprocess.run(
                    ['bash', '-c', command], cwd=self.folder, text=True,
                    env=self.environment, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, check=False)
                self.assertEqual(result.returncode, 0,
                                 command + '\n' + result.stdout)
                if command.startswith('curl'):
                    self.assertNotRegex(result.stdout, r'(?i)error|not found')
            else:
                continue
            done += 1
        self.assertGreater(done, 1)


def add(page):
    name = os.path.splitext(os.path.basename(page))[0].replace('-', '_')
    setattr(PagesTest, 'test_' + name, lambda self: self.run_page(page))


for PAGE in PAGES:
    add(PAGE)

if __name__ == '__main__':
    del sys.argv[1:]
    unittest.main()
