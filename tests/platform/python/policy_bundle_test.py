# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The bundles that the operator's policy names, and its exceptions.

usage: PYTHON policy_bundle_test.py CERTS  (the folder of testdata's certificates)
"""
import os
import shutil
import unittest

from policy_applications import OWN_CA, PLAIN, PolicyTest, cert


class BundleTest(PolicyTest):

    def setUp(self):
        super(BundleTest, self).setUp()
        self.rules = (
            'tls: {ca_certs: %s, on_override: %%s}' % self.bundle('root.pem'))

    def test_own_ca_is_refused(self):
        said = self.run_app(OWN_CA % cert('other_root.pem'),
                            self.serve('server_other'),
                            self.policy(self.rules % 'reject'))
        self.assert_refused(said, 'airlock.yaml:1:')

    def test_own_ca_has_no_effect(self):
        variables = self.policy(self.rules % 'upgrade')
        code = OWN_CA % cert('other_root.pem')
        self.assert_refused(
            self.run_app(code, self.serve('server_other'), variables),
            'CERTIFICATE_VERIFY_FAILED')
        self.assert_connects(
            self.run_app(code, self.serve('server_p256'), variables))

    def test_same_ca_is_allowed(self):
        self.assert_connects(self.run_app(
            OWN_CA % cert('root.pem'), self.serve('server_p256'),
            self.policy(self.rules % 'reject')))

    def test_variables_for_bundles_have_no_effect(self):
        variables = dict(self.policy(self.rules % 'reject'),
                         SSL_CERT_FILE=cert('other_root.pem'))
        self.assert_connects(self.run_app(
            PLAIN % 'localhost', self.serve('server_p256'), variables))
        self.assert_refused(
            self.run_app(PLAIN % 'localhost', self.serve('server_other'),
                         variables), 'CERTIFICATE_VERIFY_FAILED')


class ExceptionTest(PolicyTest):

    def test_bundle_for_one_host(self):
        variables = self.policy('''
            tls:
              verification: enforce
              ca_certs: %s
              exceptions:
                - host: server.test
                  ca_certs: %s
            ''' % (self.bundle('root.pem'), self.bundle('other_root.pem')))
        self.assert_connects(self.run_app(
            PLAIN % 'server.test', self.serve('server_other'), variables))
        self.assert_refused(self.run_app(
            PLAIN % 'localhost', self.serve('server_other'), variables))
        self.assert_connects(self.run_app(
            PLAIN % 'localhost', self.serve('server_p256'), variables))
        self.assert_refused(self.run_app(
            PLAIN % 'server.test', self.serve('server_p256'), variables))

    def test_one_context_for_both(self):
        variables = self.policy('''
            tls:
              verification: enforce
              exceptions: [{host: server.test, ca_certs: %s}]
            ''' % self.bundle('other_root.pem'))
        said = self.run_app('''
            import ssl
            context = ssl.create_default_context()
            for name in ("server.test", "localhost", "server.test"):
                try:
                    greet(context.wrap_socket(dial(), server_hostname=name))
                except ssl.SSLError:
                    print("refused")
            ''', self.serve('server_other', clients=3), variables)
        self.assertEqual(said.split(), ['connected', 'refused', 'connected'])

    def test_old_version_for_one_host(self):
        variables = self.policy('''
            tls:
              verification: enforce
              exceptions: [{host: server.test, minimum_version: TLSv1}]
            ''')
        code = '''
            import ssl
            context = ssl.create_default_context()
            if hasattr(context, "minimum_version"):
                context.minimum_version = ssl.TLSVersion.TLSv1
            context.options |= ssl.OP_NO_TLSv1_2
            context.options |= getattr(ssl, "OP_NO_TLSv1_3", 0)
            context.set_ciphers("ALL")
            greet(context.wrap_socket(dial(), server_hostname="%s"))
        '''
        self.assert_connects(self.run_app(
            code % 'server.test', self.serve('server_p256'), variables))
        self.assert_refused(self.run_app(
            code % 'localhost', self.serve('server_p256'), variables))

    def test_pins(self):
        with open(cert('pins.txt')) as file:
            pins = dict(line.split() for line in file)
        rules = '''
            tls:
              verification: enforce
              exceptions: [{host: localhost, pins: ["sha256/%s"]}]
            '''
        for pinned, good in (('self_signed.pem', True),
                             ('server_p256.pem', False)):
            said = self.run_app(PLAIN % 'localhost',
                                self.serve('self_signed'),
                                self.policy(rules % pins[pinned]))
            self.assertEqual('connected' in said, good, said)


class TrustedBundleTest(PolicyTest):
    """Others could change the bundle, as they may not change the policy."""

    RULES = ('tls: {verification: %s, ca_certs: %s}',
             'tls: {verification: %s, exceptions: [{host: localhost, '
             'ca_certs: %s}]}')

    def assert_not_imported(self, bundle, *words):
        for rules in self.RULES:
            for verification in ('enforce', 'off'):
                said = self.run_app(
                    PLAIN % 'localhost', self.serve('server_p256'),
                    self.policy(rules % (verification, bundle)))
                self.assertIn('ImportError', said)
                for word in ('airlock.yaml:1:', 'ca_certs',
                             'cannot be trusted') + words:
                    self.assertIn(word, said)

    def assert_good(self, bundle):
        for rules in self.RULES:
            self.assert_connects(self.run_app(
                PLAIN % 'localhost', self.serve('server_p256'),
                self.policy(rules % ('enforce', bundle))))

    def test_file(self):
        bundle = self.bundle('root.pem')
        for mode in (0o666, 0o602, 0o660):
            os.chmod(bundle, mode)
            self.assert_not_imported(bundle, bundle, '(mode %04o,' % mode,
                                     'chmod go-w ' + bundle)
        for mode in (0o644, 0o600, 0o444):
            os.chmod(bundle, mode)
            self.assert_good(bundle)

    def folder_of(self, *names):
        path = os.path.join(self.folder, *names)
        os.makedirs(path)
        return path

    def test_folders_above_it(self):
        deep = self.folder_of('a', 'b')
        bundle = os.path.join(deep, 'root.pem')
        shutil.copy(cert('root.pem'), bundle)
        for folder in (deep, os.path.dirname(deep)):
            os.chmod(folder, 0o777)
            self.assert_not_imported(bundle, folder + ' (mode 0777,')
            os.chmod(folder, 0o755)
        self.assert_good(bundle)

    def test_where_a_link_leads(self):
        folder = self.folder_of('a')
        target = os.path.join(folder, 'root.pem')
        shutil.copy(cert('root.pem'), target)
        link = os.path.join(self.folder, 'link.pem')
        os.symlink(target, link)
        self.assert_good(link)
        os.chmod(folder, 0o777)
        self.assert_not_imported(link, link, folder + ' (mode 0777,')

    def test_directory(self):
        folder = self.folder_of('certs')
        shutil.copy(self.bundle('root.pem'), os.path.join(folder, 'root.pem'))
        elsewhere = self.bundle('root.pem')
        member = os.path.join(folder, '5ed36f99.0')
        os.symlink(elsewhere, member)
        self.assert_good(folder)
        os.chmod(elsewhere, 0o666)
        self.assert_not_imported(folder, member, elsewhere + ' (mode 0666,')
        os.chmod(elsewhere, 0o644)
        # Content other than certificates does not matter.
        os.chmod(os.path.join(folder, 'root.pem'), 0o666)
        self.assert_good(folder)
        os.chmod(folder, 0o777)
        self.assert_not_imported(folder, folder + ' (mode 0777,')

    def test_owner(self):
        bundle = self.bundle('root.pem')
        try:
            os.chown(bundle, 65533, -1)
        except OSError:
            self.skipTest('only root can give files away')
        self.assert_not_imported(bundle, bundle + ' (mode', 'owner 65533')

    def test_changed_later(self):
        bundle = self.bundle('root.pem')
        said = self.run_app('''
            import ssl
            for mode in (0o600, 0o666, 0o600):
                os.chmod(%r, mode)
                # Another file, so that it is read again.
                os.rename(%r, %r)
                with open(%r, "w") as file:
                    file.write(open(%r).read())
                os.chmod(%r, mode)
                try:
                    context = ssl.create_default_context()
                    greet(context.wrap_socket(dial(),
                                              server_hostname="localhost"))
                except ssl.SSLError as error:
                    print(str(error))
            ''' % (bundle, bundle, bundle + '.old', bundle, bundle + '.old',
                   bundle), self.serve('server_p256', clients=3),
            self.policy(self.RULES[0] % ('enforce', bundle)))
        lines = said.strip().splitlines()
        self.assertEqual((lines[0], lines[-1]), ('connected', 'connected'),
                         said)
        self.assertIn('cannot be trusted', lines[1])
        self.assertIn('(mode 0666,', lines[1])

    def test_named_paths_are_the_applications_choice(self):
        bundle = self.bundle('root.pem')
        os.chmod(bundle, 0o666)
        self.assert_connects(self.run_app(OWN_CA % bundle,
                                          self.serve('server_p256'), {}))
        self.assert_connects(self.run_app(
            PLAIN % 'localhost', self.serve('server_p256'),
            {'SSL_CERT_FILE': bundle}))


if __name__ == '__main__':
    unittest.main()
