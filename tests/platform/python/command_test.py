# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""`airlock python`, for this Python.

usage: PYTHON command_test.py AIRLOCK
"""
import os
import subprocess
import sys
import unittest

AIRLOCK = os.path.abspath(sys.argv.pop(1))
VERSION = '%d.%d' % sys.version_info[:2]


def run(*arguments, **options):
    """(exit status, output, errors) of `airlock python ARGUMENTS`."""
    environment = dict(os.environ, PATH=os.path.dirname(sys.executable))
    environment.pop('PYTHONPATH', None)
    environment.update(options)
    process = subprocess.Popen(
        [AIRLOCK, 'python'] + list(arguments), env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate()
    return process.returncode, out.decode().strip(), err.decode()


class CommandTest(unittest.TestCase):

    def test_becomes_that_python(self):
        code = 'import ssl, sys; print(sys.version); print(ssl.OPENSSL_VERSION)'
        status, out, err = run(VERSION, '--', '-c', code)
        self.assertEqual(status, 0, err)
        self.assertTrue(out.startswith(VERSION + '.'), out)
        self.assertIn('Airlock', out.splitlines()[-1])

    def test_package_arguments_and_exit_status(self):
        code = ('import ssl, airlock, sys; print(airlock.installed()); '
                'print(sys.argv[1:]); sys.exit(7)')
        status, out, err = run(VERSION, '--', '-c', code, '--', '-I', '3.0')
        self.assertEqual(status, 7, err)
        self.assertEqual(out.split('\n'),
                         ['True', str(['--', '-I', '3.0'])])

    def test_m2crypto(self):
        code = ('from airlock.m2crypto import SSL; '
                'print(SSL.Context().get_verify_depth())')
        status, out, err = run(VERSION, '--', '-c', code)
        if sys.version_info >= (3, 8):
            self.assertEqual((status, out), (0, '-1'), err)
        else:
            self.assertEqual((status, out), (1, ''))
            self.assertIn('needs Python 3.8', err)

    def test_keeps_what_is_on_pythonpath(self):
        status, out, err = run(
            VERSION, '--', '-c', 'import sys; print("/mine" in sys.path)',
            PYTHONPATH='/mine')
        self.assertEqual((status, out), (0, 'True'), err)

    def test_isolation_would_hide_the_module(self):
        status, out, err = run(VERSION, '--', '-E', '-c', 'import ssl')
        self.assertEqual((status, out), (2, ''))
        self.assertIn('-E', err)

    def test_policy_that_makes_no_sense(self):
        status, out, err = run(VERSION, '--', '-c', 'print(1)',
                               AIRLOCK_VERIFY='sometimes')
        self.assertEqual((status, out), (2, ''))
        self.assertIn('AIRLOCK_VERIFY', err)

    def test_version_that_is_not_here(self):
        status, out, err = run('3.999', '--', '-c', 'print(1)')
        self.assertEqual((status, out), (1, ''))
        self.assertIn('3.999', err)


if __name__ == '__main__':
    unittest.main()
