# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the Python programs of docs/howto, page by page.

usage: PYTHON howto_test.py CERTS PAGE...

The blocks of a page run in order in one namespace. What stands in an HTML
comment that begins with "test" is not shown to readers: it checks the page.
Commands of the shell run in a folder with a certificate, server.pem.
"""
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CERTS = sys.argv[1]
PAGES = sys.argv[2:]
BLOCK = re.compile(r'^```python\n(.*?)^```$|^<!-- test\n(.*?)^-->$',
                   re.DOTALL | re.MULTILINE)
SHELL = re.compile(r'^```sh\n(.*?)^```$', re.DOTALL | re.MULTILINE)
# Pages without a Python program: C++ is compiled elsewhere.
WITHOUT = {'README.md', 'https-client.md', 'https-programming.md',
           'seeing-the-wire.md', 'serving-files.md', 'ticket-rotation.md'}


def read(path):
    with io.open(path, encoding='utf-8') as file:
        return file.read()


def names():
    files = {
        'ca_pem': 'ca.pem',
        'server_pem': 'server_p256_chain.pem',
        'server_key': 'server_p256.key',
        'other_pem': 'server_rsa_chain.pem',
        'other_key': 'server_rsa.key',
        'client_pem': 'client_p256.pem',
        'client_key': 'client_p256.key',
    }
    values = {name: read(os.path.join(CERTS, file))
              for name, file in files.items()}
    return dict(values, __name__='howto')


class HowtoTest(unittest.TestCase):

    def run_page(self, path):
        text = read(path)
        blocks = list(BLOCK.finditer(text))
        name = os.path.basename(path)
        self.assertEqual(not blocks, name in WITHOUT, name)
        namespace = names()
        for block in blocks:
            line = text[:block.start()].count('\n') + 1
            source = '\n' * line + (block.group(1) or block.group(2))
            exec(compile(source, path, 'exec'), namespace)
        for block in SHELL.finditer(text):
            self.run_commands(block.group(1), namespace)

    def run_commands(self, commands, namespace):
        folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, folder)
        with open(os.path.join(folder, 'server.pem'), 'w') as file:
            file.write(namespace['server_pem'])
        said = subprocess.check_output(
            ['bash', '-e', '-o', 'pipefail', '-c', commands], cwd=folder)
        self.assertTrue(said.strip(), commands)

    def test_the_index_has_each_page(self):
        folder = os.path.dirname(PAGES[0])
        index = read(os.path.join(folder, 'README.md'))
        for page in PAGES:
            if (os.path.dirname(page) == folder and
                    os.path.basename(page) != 'README.md'):
                self.assertIn('](%s)' % os.path.basename(page), index)


def add(page):
    name = os.path.splitext(os.path.basename(page))[0].replace('-', '_')
    setattr(HowtoTest, 'test_' + name, lambda self: self.run_page(page))


for PAGE in PAGES:
    add(PAGE)

if __name__ == '__main__':
    del sys.argv[1:]
    unittest.main()
