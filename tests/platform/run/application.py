# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Applications for tests, and `airlock run` that runs them.

The programs of these tests get AIRLOCK PYTHON VERSION as arguments: the
command, and the interpreter that is to run the applications.
"""
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

AIRLOCK, PYTHON, VERSION = (sys.argv[1:4] + [None] * 3)[:3]
RUNTIME = 'python' + (VERSION or '3').replace('.', '')


@functools.lru_cache(maxsize=None)
def no_sandbox_reason():
    """Why this machine does not support a sandbox; empty if it does."""
    bwrap = shutil.which('bwrap')
    if not bwrap:
        return 'bwrap is not installed'
    done = subprocess.run(
        [bwrap, '--unshare-user-try', '--unshare-pid', '--ro-bind', '/', '/',
         '--proc', '/proc', 'true'],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    return '' if done.returncode == 0 else done.stderr.decode().strip()


def needs_sandbox(test):
    """Skips `test`, with the reason, if no sandbox is available."""
    reason = no_sandbox_reason()
    return unittest.skipIf(reason, 'no sandbox here: ' + reason)(test)


class Application(object):
    """A folder with an application, deleted after the test."""

    def __init__(self, test, main='', app_yaml='', runtime=RUNTIME):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        test.addCleanup(shutil.rmtree, self.folder)
        if runtime == 'python27' and 'libraries' not in app_yaml:
            app_yaml += '\nlibraries: [{name: ssl, version: latest}]\n'
        self.yaml = self.write('app.yaml',
                               'runtime: %s\n%s' % (runtime, app_yaml))
        self.write('main.py', main)
        self.cwd = '/'  # The command's.

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)
        return self.path(name)

    def copy(self, path):
        """A copy that only this user can change, beside what it has."""
        return shutil.copyfile(path, self.path(os.path.basename(path)))

    def environment(self, **variables):
        """Of the command: this Python first in PATH, and no policy."""
        path = '%s:/usr/bin:/bin' % os.path.dirname(PYTHON)
        return dict({'PATH': path}, **variables)

    def start(self, *arguments, stdin=subprocess.DEVNULL, **variables):
        """Starts `airlock run FLAGS app.yaml -- ARGUMENTS`."""
        words = list(arguments)
        split = words.index('--') if '--' in words else len(words)
        command = ([os.path.abspath(AIRLOCK), 'run'] + words[:split]
                   + [self.yaml] + words[split:])
        return subprocess.Popen(
            command, env=self.environment(**variables), cwd=self.cwd,
            stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True)

    def run(self, *arguments, **variables):
        """Runs it to its end: (exit status, output, errors)."""
        process = self.start(*arguments, **variables)
        out, err = process.communicate()
        return process.returncode, out, err
