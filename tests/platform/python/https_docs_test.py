# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The commands of examples/python/https/README.md, and what it promises.

usage: PYTHON https_docs_test.py CERTS PROGRAM  (in Bazel's folder of outputs)

Python 3 runs the commands with python3, 2.7 those with python2.7, and
serve_threaded.py for their sake. Servers get a free port in place of 9443.
"""
import os
import re
import sys
import unittest

from https_peers import (PROGRAMS, PYTHON2, Background, Outcome, ProgramTest,
                         environment, read)

README = read(os.path.join(PROGRAMS, 'README.md'))
OUTPUTS = os.getcwd()
SERVER = 'serve_threaded.py'


def commands():
    """Each, without the shell's line continuations."""
    for block in re.findall(r'(?ms)^```sh\n(.*?)^```$', README):
        for line in block.replace('\\\n', '').splitlines():
            yield line


class CommandTest(ProgramTest):

    def setUp(self):
        super(CommandTest, self).setUp()
        for name, target in (('bazel-bin', ''), ('testdata', 'testdata'),
                             ('examples', 'examples'),
                             ('README.md', 'README.md')):
            os.symlink(os.path.join(OUTPUTS, target),
                       os.path.join(self.folder, name))
        os.mkdir(os.path.join(self.folder, 'bin'))
        name = 'python2.7' if PYTHON2 else 'python3'
        os.symlink(sys.executable, os.path.join(self.folder, 'bin', name))
        variables = environment()
        variables['PATH'] = os.path.join(self.folder, 'bin') + ':/usr/bin:/bin'
        self.options = {'cwd': self.folder, 'env': variables}
        self.server = None
        self.preamble = ''

    def start(self, line):
        self.assertIsNone(self.server, 'the one before still runs')
        # bash itself stays, and passes no signal on: exec.
        line = re.sub(r'(python3|python2\.7) ', r'exec \1 ', line, count=1)
        line = line.replace('PYTHONPATH', 'export PYTHONPATH').replace(
            'py2.7 ', 'py2.7; ').replace('CERT=', 'export CERT=').replace(
                '.key) ', '.key); ')
        self.server = Background(
            ['bash', '-ec', self.preamble + line + ' --port 0'],
            r'at https://localhost:(\d+)/$', **self.options)
        self.addCleanup(self.server.stop)

    def test_commands(self):
        run = 0
        other = 'python3 ' if PYTHON2 else 'python2.7 '
        for line in commands():
            if PYTHON2 and (SERVER in line or line.startswith('export ')):
                line = line.replace('python3', 'python2.7').replace('py3',
                                                                    'py2.7')
            if line.startswith(('certs=', 'export ')):
                self.preamble += line + '\n'
            elif line == 'kill %1':
                if self.server:
                    self.assertEqual(self.server.stop()[0], 0)
                self.server = None
            elif other in line:
                pass
            elif line.endswith(' &'):
                self.start(line[:-2])
            elif self.server:
                said = Outcome(
                    ['bash', '-ec', self.preamble + line.replace(
                        '9443', self.server.match.group(1))], **self.options)
                self.assertEqual(said.status, 0, (line, said.err))
                self.assertTrue(said.out)
                run += 1
        self.assertGreater(run, 3 if PYTHON2 else 12)


class PromiseTest(unittest.TestCase):

    def test_each_is_short(self):
        """At most sixty lines, without the licence and empty lines."""
        for name in os.listdir(PROGRAMS):
            if name.endswith('.py'):
                lines = [line for line in read(
                    os.path.join(PROGRAMS, name)).splitlines()
                    if line and not line.startswith(('#!', '# Copy', '# SPDX'))]
                self.assertLessEqual(len(lines), 60, name)
                self.assertLessEqual(max(map(len, lines)), 80, name)

    def test_each_is_listed(self):
        links = re.findall(r'\]\(([\w.]+)\)', README)
        programs = [name for name in os.listdir(PROGRAMS)
                    if name.endswith('.py')]
        self.assertEqual(sorted(set(links)), sorted(programs))
        run = ' '.join(commands())
        for name in programs:
            if "__name__ == '__main__'" in read(os.path.join(PROGRAMS, name)):
                self.assertIn('examples/python/https/%s ' % name, run)

    def test_the_contents_lead_somewhere(self):
        titles = re.findall(r'(?m)^## (.*)$', README)
        anchors = [title.lower().replace(' ', '-') for title in titles]
        self.assertEqual(sorted(set(re.findall(r'\]\(#([\w-]+)\)', README))),
                         sorted(anchors))


if __name__ == '__main__':
    unittest.main()
