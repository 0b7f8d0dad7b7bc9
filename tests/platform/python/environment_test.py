# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The policy is read whole, or `ssl` cannot be imported.

usage: PYTHON environment_test.py CERTS    (the folder of testdata's certificates)

Applications of which each makes reading fail, or damages what is read, before
it imports ssl; and operators' files that others could change.
"""
import os
import subprocess
import sys
import unittest

from policy_applications import PROLOGUE, PROLOGUE_HERE, PolicyTest

# `attempt` is to import _ssl where it cannot read; what is imported, or else
# what then comes of a common import, is used to connect without verification.
CONNECT = PROLOGUE_HERE + '''
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
context.verify_mode = ssl.CERT_NONE
greet(context.wrap_socket(dial(), server_hostname="localhost"))
'''
# dlopen needs a descriptor, and comes before the limit: in Python 3 automatically.
NO_DESCRIPTORS = '''
import resource
os.environ["AIRLOCK_VERIFY"] = "off"
os.environ.pop("AIRLOCK_CONFIG", None)
limits = resource.getrlimit(resource.RLIMIT_NOFILE)
def without_descriptors(load):
    resource.setrlimit(resource.RLIMIT_NOFILE, (%d, limits[1]))
    try:
        return load()
    except ImportError as error:
        print("ImportError", error)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
if sys.version_info[0] == 2:
    import ctypes, imp
    path = imp.find_module("_ssl")[1]
    ctypes.CDLL(path)
    without_descriptors(lambda: imp.load_dynamic("_ssl", path))
else:
    import importlib.machinery, importlib.util
    spec = importlib.machinery.PathFinder.find_spec("_ssl")
    module = importlib.util.module_from_spec(spec)
    def load():
        spec.loader.exec_module(module)
        sys.modules["_ssl"] = module
    without_descriptors(load)
'''
# What py-setproctitle does: over the arguments, and what comes after them.
TITLE = '''
import ctypes
with open("/proc/self/stat") as file:
    numbers = [int(n) for n in file.read().split(") ")[1].split()[1:]]
begin, _, _, end = numbers[44:48]
title = b"worker: " + b"x" * %d
ctypes.memset(begin, 0, end - begin)
ctypes.memmove(begin, title, min(len(title), end - begin - 1))
'''


def bwrap():
    """How to run a command with its own /etc; None if that is not possible."""
    program = '/usr/bin/bwrap'
    words = [program, '--unshare-user-try', '--ro-bind', '/', '/', '--dev',
             '/dev', '--tmpfs', '/etc']
    for path in ('/etc/ld.so.cache', '/etc/passwd', '/etc/localtime'):
        words += ['--ro-bind-try', path, path]
    if not os.path.exists(program) or subprocess.call(words + ['true']):
        return None
    return words


class EnvironmentTest(PolicyTest):

    def setUp(self):
        super(EnvironmentTest, self).setUp()
        self.launcher = []

    def policies(self):
        """Variables with which these applications must not connect."""
        yield {'AIRLOCK_VERIFY': 'enforce'}
        for on_override in 'reject', 'upgrade':
            yield self.policy(
                'tls: {verification: enforce, on_override: %s}' % on_override)

    def check(self, code):
        for variables in self.policies():
            said = self.run_app(code, self.serve('server_other'), variables)
            self.assert_refused(said)

    def test_no_descriptors(self):
        for limit in 0, 1, 3:
            code = NO_DESCRIPTORS % limit + CONNECT
            said = self.run_app(code, self.serve('server_other'), {})
            self.assertIn('ImportError', said)
            self.assertIn('connected', said)
            self.check(code)

    def test_a_title_over_the_environment(self):
        for length in 60000, 300:
            title = TITLE % length
            self.check(title + CONNECT)
            self.check(title + 'os.environ["AIRLOCK_VERIFY"] = "off"\n'
                       'os.environ.pop("AIRLOCK_CONFIG", None)\n' + CONNECT)
        said = self.run_app(TITLE % 60000 + CONNECT,
                            self.serve('server_other'), {})
        self.assert_refused(said, 'ImportError', '/proc/self/environ')

    def test_a_title_after_the_import(self):
        code = 'import ssl\n' + TITLE % 60000 + CONNECT
        self.check(code)
        self.assert_connects(
            self.run_app(code, self.serve('server_other'), {}))

    def test_misspelt(self):
        for code, variables in (
                (CONNECT, {'AIRLOCK_VERFY': 'enforce'}),
                ('os.environ["AIRLOCK_VERFY"] = "enforce"\n' + CONNECT, {})):
            said = self.run_app(code, self.serve('server_other'), variables)
            self.assert_refused(said, 'did you mean AIRLOCK_VERIFY')

    def test_later_settings_can_tighten(self):
        said = self.run_app('os.environ["AIRLOCK_VERIFY"] = "enforce"\n'
                            + CONNECT, self.serve('server_other'), {})
        self.assert_refused(said, 'AIRLOCK_VERIFY=enforce')


class HttpsVerifyTest(PolicyTest):
    """PYTHONHTTPSVERIFY=1 and AIRLOCK_VERIFY=default: alike on all Pythons."""

    UNVERIFIED = (
        'import ssl\n'
        'greet(ssl._create_unverified_context().wrap_socket(dial(),'
        ' server_hostname="localhost"))')
    BARE = (
        'import ssl\n'
        'context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)\n'
        'context.check_hostname = False\n'
        'greet(context.wrap_socket(dial(), server_hostname="localhost"))')

    def test_it_means_default(self):
        for variables in ({'PYTHONHTTPSVERIFY': '1'},
                          {'AIRLOCK_VERIFY': 'default'}):
            # It sets CERT_NONE, by its name or explicitly.
            self.assert_connects(self.run_app(
                self.UNVERIFIED, self.serve('server_other'), variables))
            # This does not set anything for the chain.
            self.assert_refused(self.run_app(
                self.BARE, self.serve('server_other'), variables))

    def test_enforce_is_stricter(self):
        for code in self.UNVERIFIED, self.BARE:
            self.assert_refused(self.run_app(
                code, self.serve('server_other'),
                {'PYTHONHTTPSVERIFY': '0', 'AIRLOCK_VERIFY': 'enforce'}))


class FileTest(PolicyTest):
    """The operator's file, where others may write it."""

    def test_it_is_the_operators(self):
        for mode in 0o644, 0o600, 0o444:
            variables = self.policy('tls: {verification: enforce}')
            os.chmod(variables['AIRLOCK_CONFIG'], mode)
            self.assert_connects(self.run_app(
                'import ssl\n'
                'context = ssl.create_default_context()\n'
                'greet(context.wrap_socket(dial(),'
                ' server_hostname="localhost"))', self.serve('server_p256'),
                variables))
            os.chmod(variables['AIRLOCK_CONFIG'], 0o644)

    def test_others_may_write_it(self):
        variables = self.policy('tls: {verification: off}')
        for path in variables['AIRLOCK_CONFIG'], self.folder:
            before = os.stat(path).st_mode
            for mode in 0o777, 0o775, 0o757:
                os.chmod(path, mode)
                said = self.run_app(CONNECT, self.serve('server_other'),
                                    variables)
                self.assert_refused(said, 'ImportError', path, 'chmod')
            os.chmod(path, before)

    def test_it_is_another_users(self):
        variables = self.policy('tls: {verification: off}')
        path = variables['AIRLOCK_CONFIG']
        try:
            os.chown(path, 12345, -1)
        except OSError:
            self.skipTest('only root can give files away')
        said = self.run_app(CONNECT, self.serve('server_other'), variables)
        self.assert_refused(said, 'ImportError', path, '12345')

    def test_through_a_link(self):
        variables = self.policy('tls: {verification: off}')
        open_folder = os.path.join(self.folder, 'open')
        os.mkdir(open_folder)
        os.chmod(open_folder, 0o777)
        link = os.path.join(open_folder, 'link')
        os.symlink(variables['AIRLOCK_CONFIG'], link)
        said = self.run_app(CONNECT, self.serve('server_other'),
                            {'AIRLOCK_CONFIG': link})
        self.assert_refused(said, 'ImportError', open_folder)
        # Like /tmp.
        os.chmod(open_folder, 0o1777)
        self.assert_connects(self.run_app(
            CONNECT, self.serve('server_other'), {'AIRLOCK_CONFIG': link}))


@unittest.skipUnless(bwrap(), 'no sandbox here')
class EtcTest(PolicyTest):
    """/etc/airlock.yaml, and machines without /proc."""

    def run_with(self, code, port, variables, etc=None, options=()):
        """run_app, with that /etc/airlock.yaml and no other environment."""
        words = bwrap() + list(options)
        if etc:
            path = os.path.join(self.folder, 'etc.yaml')
            with open(path, 'w') as file:
                file.write(etc)
            words += ['--ro-bind', path, '/etc/airlock.yaml']
        app = os.path.join(self.folder, 'app.py')
        with open(app, 'w') as file:
            first, _, then = code.rpartition(PROLOGUE_HERE)
            file.write('import os, sys\nsys.path[:0] = %r\n' % sys.path
                       + first + PROLOGUE + then)
        process = subprocess.Popen(
            words + [sys.executable, '-W', 'ignore', app, str(port)],
            env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return process.communicate()[0].decode()

    def lax(self):
        """Python code that names a policy of the application's own."""
        path = os.path.join(self.folder, 'lax.yaml')
        with open(path, 'w') as file:
            file.write('tls: {verification: off, on_override: upgrade}\n')
        return 'os.environ["AIRLOCK_CONFIG"] = %r\n' % path

    def test_an_application_names_another(self):
        for rule in 'reject', 'upgrade':
            etc = 'tls: {verification: enforce, on_override: %s}' % rule
            for options in (), ('--tmpfs', '/proc'):
                for code in CONNECT, self.lax() + CONNECT:
                    said = self.run_with(code, self.serve('server_other'), {},
                                         etc, options)
                    self.assert_refused(said)

    def test_a_child_names_another(self):
        # Its environment begins as set by the application.
        self.lax()
        said = self.run_with(
            CONNECT, self.serve('server_other'),
            {'AIRLOCK_CONFIG': os.path.join(self.folder, 'lax.yaml')},
            'tls: {verification: enforce}')
        self.assert_refused(said, '/etc/airlock.yaml:1:')

    def test_nothing_to_read(self):
        # That is valid: an empty environment sets nothing.
        for options in (), ('--tmpfs', '/proc'):
            self.assertIn('connected', self.run_with(
                CONNECT, self.serve('server_other'), {}, None, options))

    def test_without_proc(self):
        for code in CONNECT, 'os.environ["AIRLOCK_VERIFY"] = "off"\n' + CONNECT:
            self.assert_refused(self.run_with(
                code, self.serve('server_other'),
                {'AIRLOCK_VERIFY': 'enforce'}, None, ('--tmpfs', '/proc')))

    def test_a_link_that_leads_nowhere(self):
        said = self.run_with(CONNECT, self.serve('server_other'), {}, None,
                             ('--symlink', '/none', '/etc/airlock.yaml'))
        self.assert_refused(said, 'ImportError', '/etc/airlock.yaml')


if __name__ == '__main__':
    unittest.main()
