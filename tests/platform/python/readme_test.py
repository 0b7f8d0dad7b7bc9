# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The commands of README.md's section "Python".

usage: PYTHON readme_test.py README     (in the folder of Bazel's outputs)
"""
import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

README = os.path.abspath(sys.argv.pop(1))
OUTPUTS = os.getcwd()


def commands():
    with io.open(README, encoding='utf-8') as file:
        section = file.read().split('\n## Python\n')[1].split('\n## ')[0]
    return [line.strip() for line in section.split('\n')
            if line.startswith('    ')]


class ReadmeTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)
        os.symlink(OUTPUTS, os.path.join(self.folder, 'bazel-bin'))
        # This Python is the python3.
        os.mkdir(os.path.join(self.folder, 'bin'))
        os.symlink(sys.executable,
                   os.path.join(self.folder, 'bin', 'python3'))

    def run_line(self, line):
        environment = dict(
            os.environ, PIP_TARGET=os.path.join(self.folder, 'installed'),
            PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK='1',
            PATH=os.path.join(self.folder, 'bin') + ':/usr/bin:/bin')
        environment.pop('PYTHONPATH', None)
        process = subprocess.Popen(
            ['sh', '-ec', line], cwd=self.folder, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = process.communicate()[0].decode()
        self.assertEqual(process.returncode, 0, said)
        return said

    def test_commands(self):
        build, command, path, wheel = commands()
        # Its names are this test's data.
        self.assertEqual(build.split()[:2], ['bazel', 'build'])
        for line in (command, path):
            self.assertIn('Airlock', self.run_line(line))
        self.run_line(wheel)
        self.assertTrue(os.path.exists(
            os.path.join(self.folder, 'installed', 'airlock.pth')))


if __name__ == '__main__':
    unittest.main()
