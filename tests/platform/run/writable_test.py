# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""--writable must not contain files that this or the next run uses."""
import os
import shutil
import sys
import tempfile
import unittest

from application import Application, PYTHON, needs_sandbox

POLICY = 'tls: {verification: enforce}\n'
BUNDLE = 'testdata/certs/root.pem'


@needs_sandbox
class WritableTest(unittest.TestCase):

    def folder(self):
        data = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, data)
        return data

    def file(self, folder, name, text='x'):
        path = os.path.join(folder, name)
        with open(path, 'w', encoding='ascii') as file:
            file.write(text)
        return path

    def link(self, target, path):
        os.symlink(target, path)
        return path

    def refused(self, writable, *named, **options):
        """Is not started; the error names both paths."""
        app = options.pop('app', None) or Application(self, 'print("started")')
        flags = options.pop('flags', [])
        status, out, err = app.run('--writable=' + writable, *flags, **options)
        self.assertEqual((status, out), (2, ''), err)
        self.assertIn('--writable=' + writable, err)
        for path in named:
            self.assertIn(path, err)

    def allowed(self, writable, *flags, **variables):
        app = Application(self, 'print("started")')
        status, out, err = app.run('--writable=' + writable, *flags,
                                   **variables)
        self.assertEqual((status, out), (0, 'started\n'), err)

    def test_separate_folders_are_allowed(self):
        data, other = self.folder(), self.folder()
        policy = self.file(other, 'policy.yaml', POLICY)
        self.allowed(data, '--audit=' + os.path.join(other, 'audit'),
                     AIRLOCK_CONFIG=policy)
        # A common prefix of names is not an overlap.
        self.allowed(data, AIRLOCK_CONFIG=self.file(
            self.beside(data), 'policy.yaml', POLICY))

    def beside(self, folder):
        os.mkdir(folder + 'x')
        self.addCleanup(shutil.rmtree, folder + 'x')
        return folder + 'x'

    def test_the_policy(self):
        data = self.folder()
        policy = self.file(data, 'policy.yaml', POLICY)
        self.refused(data, policy, AIRLOCK_CONFIG=policy)
        deep = os.path.join(data, 'a', 'b')
        os.makedirs(deep)
        policy = self.file(deep, 'policy.yaml', POLICY)
        for folder in data, os.path.join(data, 'a'), deep:
            self.refused(folder, policy, AIRLOCK_CONFIG=policy)

    def test_links_on_the_way(self):
        data, other = self.folder(), self.folder()
        policy = self.file(other, 'policy.yaml', POLICY)
        # A link in the folder; one before it; a folder that is one.
        link = self.link(policy, os.path.join(data, 'link'))
        before = self.link(link, os.path.join(other, 'before'))
        relative = self.link(os.path.relpath(link, other),
                             os.path.join(other, 'relative'))
        way = self.link(other, os.path.join(data, 'way'))
        for path in (link, before, relative, os.path.join(way, 'policy.yaml'),
                     '%s/../%s/policy.yaml' % (way, os.path.basename(other)),
                     '%s/./link' % data):
            self.refused(data, path, AIRLOCK_CONFIG=path)
        # The folder itself, through a link.
        named = self.link(data, os.path.join(other, 'named'))
        status, _, err = Application(self).run('--writable=' + named,
                                               AIRLOCK_CONFIG=link)
        self.assertEqual(status, 2)
        self.assertIn(data, err)

    def test_other_names(self):
        data, other = self.folder(), self.folder()
        policy = self.file(other, 'policy.yaml', POLICY)
        os.mkdir(os.path.join(data, 'deep'))
        name = os.path.join(data, 'deep', 'name')
        os.link(policy, name)
        self.refused(data, policy, name, AIRLOCK_CONFIG=policy)
        audit = self.file(other, 'audit')
        os.remove(name)
        os.link(audit, name)
        self.refused(data, audit, name, flags=['--audit=' + audit])

    def test_the_audit(self):
        data = self.folder()
        for name in 'audit', 'new':
            audit = os.path.join(data, name)
            self.refused(data, audit, flags=['--audit=' + audit])
            self.refused(data, audit, AIRLOCK_AUDIT=audit)
            self.file(data, 'audit')
        other = self.folder()
        link = self.link(os.path.join(data, 'new'), os.path.join(other, 'l'))
        self.refused(data, link, flags=['--audit=' + link])

    def test_bundles(self):
        data, other = self.folder(), self.folder()
        bundle = shutil.copy(BUNDLE, os.path.join(data, 'ca.pem'))
        self.refused(data, bundle, SSL_CERT_FILE=bundle)
        chain = self.link(bundle, os.path.join(other, 'chain'))
        self.refused(data, chain, SSL_CERT_FILE=chain)
        # A policy's bundle, also for one host.
        for text in ('tls: {verification: enforce, ca_certs: %s}\n',
                     'tls: {verification: enforce, exceptions: [{host: '
                     'a.test, ca_certs: %s}]}\n'):
            policy = self.file(other, 'policy.yaml', text % chain)
            self.refused(data, chain, AIRLOCK_CONFIG=policy)
        # A folder of certificates: it, one in it, one that a link leads to.
        certs = os.path.join(other, 'certs')
        os.makedirs(os.path.join(certs, 'sub'))
        shutil.copy(BUNDLE, os.path.join(certs, 'root.pem'))
        self.refused(certs, certs, SSL_CERT_DIR=certs)
        self.refused(os.path.join(certs, 'sub'), certs, SSL_CERT_DIR=certs)
        # One of a list, and one that does not exist yet.
        self.refused(certs, certs, SSL_CERT_DIR='/etc/ssl/certs:' + certs)
        missing = os.path.join(data, 'missing')
        self.refused(data, missing, SSL_CERT_DIR=missing)
        link = self.link(bundle, os.path.join(certs, '12345678.0'))
        self.refused(data, link, SSL_CERT_DIR=certs)

    def test_bundles_that_others_can_change(self):
        other = self.folder()
        bundle = shutil.copyfile(BUNDLE, os.path.join(other, 'ca.pem'))
        os.chmod(bundle, 0o666)
        for text in ('tls: {verification: enforce, ca_certs: %s}\n',
                     'tls: {verification: enforce, exceptions: [{host: '
                     'a.test, ca_certs: %s}]}\n'):
            policy = self.file(other, 'policy.yaml', text % bundle)
            self.refused_as(bundle + ' (mode 0666,', policy)
        os.chmod(bundle, 0o644)
        os.chmod(other, 0o777)
        self.refused_as(other + ' (mode 0777,', policy)
        os.chmod(other, 0o700)
        status, out, err = Application(self, 'import ssl; print("started")').run(
            AIRLOCK_CONFIG=policy)
        self.assertEqual((status, out), (0, 'started\n'), err)

    def refused_as(self, words, policy):
        status, out, err = Application(self, 'print("started")').run(
            AIRLOCK_CONFIG=policy)
        self.assertEqual((status, out), (2, ''), err)
        self.assertIn(words, err)

    def test_what_app_yaml_includes(self):
        app = Application(self, 'print("started")',
                          'includes: [data/a.yaml, sub/b.yaml, folder]\n')
        for name in ('data', 'sub/data', 'folder/data'):
            os.makedirs(app.path(name))
        app.write('data/a.yaml', 'env_variables: {AIRLOCK_VERIFY: enforce}\n')
        # It is first looked up in sub/data.
        app.write('sub/b.yaml', 'includes: [data/a.yaml]\n')
        app.write('folder/include.yaml', 'env_variables: {A: B}\n')
        for folder, name in (('data', 'data/a.yaml'),
                             ('sub', 'sub/b.yaml'),
                             ('sub/data', 'sub/data/a.yaml'),
                             ('folder', 'folder/include.yaml')):
            self.refused(app.path(folder), app.path(name), 'includes'
                         if folder != 'sub/data' else 'looks for a file',
                         app=app)
        status, out, err = app.run('--writable=' + app.path('folder/data'))
        self.assertEqual((status, out), (0, 'started\n'), err)
        # Through a link, another name, and another path.
        data = self.folder()
        included = self.file(data, 'c.yaml', 'env_variables: {C: D}\n')
        app.write('app.yaml', 'runtime: python3\nincludes: [link.yaml]\n')
        link = self.link(included, app.path('link.yaml'))
        self.refused(data, link, app=app)
        os.remove(link)
        os.link(included, link)
        self.refused(data, link, included, app=app)
        os.remove(link)
        app.write('app.yaml', 'runtime: python3\nincludes: [%s]\n' % included)
        self.refused(data, included, app=app)

    def test_the_application(self):
        app = Application(self, 'print("started")')
        self.refused(app.folder, app.folder, app=app)
        self.refused(os.path.dirname(app.folder), app.folder, app=app)
        os.mkdir(app.path('data'))
        status, out, err = app.run('--writable=' + app.path('data'))
        self.assertEqual((status, out), (0, 'started\n'), err)
        # app.yaml through a link in it.
        link = self.link(app.yaml, app.path('data/app.yaml'))
        app.yaml = link
        self.refused(app.path('data'), link, app=app)

    def test_programs(self):
        data = self.folder()
        self.refused(data, data, PATH='%s:/usr/bin:%s' % (
            os.path.dirname(PYTHON), data))
        program = shutil.copy('/bin/true', os.path.join(data, 'program'))
        self.refused(data, program, flags=['--programs=' + program])
        # `python` itself, where its prefix is.
        prefix = os.path.dirname(os.path.dirname(os.path.realpath(PYTHON)))
        self.refused(prefix)
        self.refused(os.path.dirname(os.path.realpath(PYTHON)))
        # pyenv's folder, which is searched for interpreters.
        home = self.folder()
        os.makedirs(os.path.join(home, '.pyenv', 'versions'))
        self.refused(home, home, HOME=home)

    def test_what_is_not_a_directory(self):
        data = self.folder()
        for path in (self.file(data, 'file'), os.path.join(data, 'no'),
                     '/dev/null', self.link('loop', data + '/loop')):
            self.refused(path, path)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
