# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The policy also controls settings other than verification.

usage: PYTHON floors_test.py CERTS     (the folder of testdata's certificates)
"""
import json
import os
import sys
import unittest

from policy_applications import (OWN_CA, PLAIN, PROLOGUE_HERE, PolicyTest,
                                 cert)

ENFORCE = {'AIRLOCK_VERIFY': 'enforce'}
UPGRADE = 'tls: {verification: enforce, on_override: upgrade%s}'
REJECT = 'tls: {verification: enforce, on_override: reject%s}'
CIPHERS = '''
    import ssl
    context = ssl.create_default_context()
    context.set_ciphers("%s")
    greet(context.wrap_socket(dial(), server_hostname="localhost"))
'''
PARTIAL_CHAIN = '''
    import ssl
    context = ssl.create_default_context()
    context.verify_flags = 0x8000 | 0x80000
    greet(context.wrap_socket(dial(), server_hostname="localhost"))
'''
# Ways to load own CAs from the given file.
OWN_CAS = {
    'create_default_context': OWN_CA,
    'load_verify_locations': '''
        import ssl
        context = ssl.create_default_context()
        context.load_verify_locations(%r)
        greet(context.wrap_socket(dial(), server_hostname="localhost"))
    ''',
    'cadata': '''
        import ssl
        context = ssl.create_default_context()
        pem = open(%r).read()
        context.load_verify_locations(cadata=type(u"")(pem))
        greet(context.wrap_socket(dial(), server_hostname="localhost"))
    ''',
    'environment before import': '''
        os.environ["SSL_CERT_FILE"] = %r
        import ssl
        context = ssl.create_default_context()
        greet(context.wrap_socket(dial(), server_hostname="localhost"))
    ''',
    'environment after import': '''
        import ssl
        os.environ["SSL_CERT_FILE"] = %r
        context = ssl.create_default_context()
        greet(context.wrap_socket(dial(), server_hostname="localhost"))
    ''',
    'wrap_socket of airlock': '''
        import airlock
        greet(airlock.wrap_socket(dial(), ca_certs=%r,
                                  server_hostname="localhost"))
    ''',
}


class FloorsTest(PolicyTest):

    def audited(self, code, server, variables):
        """(what the application says, its audit's events)."""
        log = os.path.join(self.folder, 'audit')
        if os.path.exists(log):
            os.remove(log)
        said = self.run_app(code, self.serve(server, ciphers='ALL:@SECLEVEL=0'),
                            dict(variables, AIRLOCK_AUDIT=log))
        with open(log) as lines:
            return said, [json.loads(line) for line in lines]

    def check(self, code, server, setting, variables=(), rules='', good=False):
        """It is refused under reject, and upgraded under upgrade.

        `good`: whether the server is one for which the upgrade will do.
        """
        for policy, action in (REJECT, 'refused'), (UPGRADE, 'upgraded'):
            said, events = self.audited(
                code, server, dict(variables, **self.policy(policy % rules)))
            if action == 'refused':
                self.assert_refused(said, 'airlock.yaml:1:')
            elif good:
                self.assert_connects(said)
            else:
                self.assert_refused(said, 'CERTIFICATE_VERIFY_FAILED')
            self.assertEqual([(event['setting'], event['action'])
                              for event in events], [(setting, action)], said)
            self.assertIn('airlock.yaml', events[0]['rule'])

    def check_silent(self, code, server, good, variables):
        said, events = self.audited(code, server, variables)
        self.assertEqual(events, [])
        if good:
            self.assert_connects(said)
        else:
            self.assert_refused(said, 'CERTIFICATE_VERIFY_FAILED')


class LevelTest(FloorsTest):

    def test_ciphers_are_a_way_around_without_a_policy(self):
        for server in 'weak_rsa1024', 'sha1_signed':
            said, _ = self.audited(CIPHERS % 'ALL:@SECLEVEL=0', server,
                                   {'AIRLOCK_VERIFY': 'default'})
            self.assert_connects(said)

    def test_ciphers(self):
        for server in 'weak_rsa1024', 'sha1_signed':
            self.check(CIPHERS % 'ALL:@SECLEVEL=0', server, 'security_level')
        self.check(CIPHERS % '@SECLEVEL=0:ALL:@SECLEVEL=1', 'weak_rsa1024',
                   'security_level')
        self.check(CIPHERS % 'ALL:@SECLEVEL=0', 'server_p256',
                   'security_level', good=True)

    def test_ciphers_by_the_environments_policy(self):
        said, events = self.audited(CIPHERS % 'ALL:@SECLEVEL=0',
                                    'weak_rsa1024', ENFORCE)
        self.assert_refused(said, 'AIRLOCK_VERIFY=enforce')
        self.assertEqual(events[0]['setting'], 'security_level')

    def test_a_default_is_raised_silently(self):
        for code in PLAIN % 'localhost', CIPHERS % 'ALL':
            self.check_silent(code, 'server_p256', True, ENFORCE)
            self.check_silent(code, 'weak_rsa1024', False, ENFORCE)

    def test_the_operator_may_choose_1(self):
        variables = self.policy(REJECT % ', security_level: 1')
        self.check_silent(CIPHERS % 'ALL:@SECLEVEL=1', 'weak_rsa1024', True,
                          variables)
        self.check(CIPHERS % 'ALL:@SECLEVEL=0', 'sha1_signed',
                   'security_level', rules=', security_level: 1')


class PartialChainTest(FloorsTest):
    BUNDLE = {'SSL_CERT_FILE': cert('intermediate.pem')}

    def test_is_a_way_around_without_a_policy(self):
        said, _ = self.audited(PARTIAL_CHAIN, 'server_p256',
                               dict(self.BUNDLE, AIRLOCK_VERIFY='default'))
        self.assert_connects(said)

    @unittest.skipIf(sys.version_info >= (3, 13), 'a default there: see below')
    def test_is_refused_or_taken_away(self):
        self.check(PARTIAL_CHAIN, 'server_p256', 'partial_chain', self.BUNDLE)

    def test_a_default_is_removed_silently(self):
        # From Python 3.13 onwards create_default_context sets it.
        self.check_silent(PLAIN % 'localhost', 'server_p256', False,
                          dict(self.BUNDLE, **ENFORCE))

    def test_the_operator_may_allow_it(self):
        variables = self.policy(REJECT % ', partial_chain: allow')
        self.check_silent(PARTIAL_CHAIN, 'server_p256', True,
                          dict(self.BUNDLE, **variables))


class OwnCaTest(FloorsTest):

    def codes(self):
        for name, code in sorted(OWN_CAS.items()):
            yield name, code % cert('other_root.pem')

    def test_is_audited_under_enforce(self):
        for name, code in self.codes():
            said, events = self.audited(code, 'server_other', ENFORCE)
            self.assert_connects(said)
            self.assertEqual([(event['setting'], event['action'])
                              for event in events],
                             [('ca_certs', 'allowed')], name)

    def test_may_be_forbidden(self):
        for _, code in self.codes():
            self.check(code, 'server_other', 'ca_certs',
                       rules=', application_cas: forbid')
        self.check(OWN_CA % cert('other_root.pem'), 'server_p256', 'ca_certs',
                   rules=', application_cas: forbid', good=True)

    def test_may_be_forbidden_by_the_environment(self):
        said, events = self.audited(
            OWN_CA % cert('other_root.pem'), 'server_other',
            dict(ENFORCE, AIRLOCK_APPLICATION_CAS='forbid'))
        self.assert_refused(said, 'AIRLOCK_APPLICATION_CAS=forbid')
        self.assertEqual(events[0]['action'], 'refused')

    def test_the_platforms_own_cas_are_allowed(self):
        forbid = dict(ENFORCE, AIRLOCK_APPLICATION_CAS='forbid')
        for code in OWN_CA % cert('root.pem'), PLAIN % 'localhost':
            self.check_silent(code, 'server_p256', True, forbid)

    def test_may_be_allowed(self):
        variables = self.policy(REJECT % ', application_cas: allow')
        for _, code in self.codes():
            self.check_silent(code, 'server_other', True, variables)

    def test_without_enforce_nothing_is_audited(self):
        for _, code in self.codes():
            self.check_silent(code, 'server_other', True,
                              {'AIRLOCK_VERIFY': 'default'})


class LaxerFileTest(FloorsTest):
    """A file that the application names can only make the policy stricter."""

    LAXER = ('security_level: 1', 'partial_chain: allow',
             'application_cas: allow', 'on_override: upgrade',
             'hostname: optional', 'minimum_version: TLSv1', 'psk: allow')

    def laxer(self):
        """Python code that names a file with all of these."""
        path = os.path.join(self.folder, 'laxer.yaml')
        with open(path, 'w') as file:
            file.write('tls: {%s}\n' % ', '.join(self.LAXER))
        return ('os.environ["AIRLOCK_CONFIG"] = %r\n' % path) + PROLOGUE_HERE

    def policies(self):
        yield ENFORCE
        yield self.policy(REJECT % '')

    def test_the_level(self):
        for variables in self.policies():
            said, events = self.audited(
                self.laxer() + CIPHERS % 'ALL:@SECLEVEL=1', 'weak_rsa1024',
                variables)
            self.assert_refused(said, 'requires security level 2')
            self.assertEqual([(event['setting'], event['action'])
                              for event in events],
                             [('security_level', 'refused')])

    @unittest.skipIf(sys.version_info >= (3, 13), 'a default there')
    def test_a_partial_chain(self):
        for variables in self.policies():
            said, events = self.audited(
                self.laxer() + PARTIAL_CHAIN, 'server_p256',
                dict(variables, **PartialChainTest.BUNDLE))
            self.assert_refused(said)
            self.assertEqual([event['setting'] for event in events],
                             ['partial_chain'])

    def test_own_cas_are_audited(self):
        for variables in self.policies():
            said, events = self.audited(
                self.laxer() + OWN_CA % cert('other_root.pem'), 'server_other',
                variables)
            self.assert_connects(said)
            self.assertEqual([(event['setting'], event['action'])
                              for event in events], [('ca_certs', 'allowed')])

    def test_a_client_without_a_name(self):
        code = '''
            import ssl
            context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
            context.verify_mode = ssl.CERT_REQUIRED
            greet(context.wrap_socket(dial()))
        '''
        for variables in self.policies():
            said, _ = self.audited(self.laxer() + code, 'wrong_host', variables)
            self.assert_refused(said)


# Clients that implicitly verify nothing, each at one place.
UNSTATED = {
    'bare context': '''
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        for _ in range(%d):
            greet(context.wrap_socket(dial()))
    ''',
    'a context each time': '''
        import ssl
        for _ in range(%d):
            greet(ssl.SSLContext(ssl.PROTOCOL_SSLv23).wrap_socket(dial()))
    ''',
    'wrap_socket of airlock': '''
        import airlock
        for _ in range(%d):
            greet(airlock.wrap_socket(dial()))
    ''',
}
if sys.version_info < (3, 12):
    UNSTATED['wrap_socket'] = '''
        import ssl
        for _ in range(%d):
            greet(ssl.wrap_socket(dial()))
    '''
STATED = {
    'context': '''
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        context.verify_mode = ssl.CERT_NONE
        greet(context.wrap_socket(dial()))
    ''',
    'unverified context': '''
        import ssl
        greet(ssl._create_unverified_context(cert_reqs=ssl.CERT_NONE)
              .wrap_socket(dial()))
    ''',
    'wrap_socket of airlock': '''
        import airlock, ssl
        greet(airlock.wrap_socket(dial(), cert_reqs=ssl.CERT_NONE))
    ''',
    'verified': PLAIN % 'localhost',
}
if sys.version_info < (3, 12):
    STATED['wrap_socket'] = '''
        import ssl
        greet(ssl.wrap_socket(dial(), cert_reqs=ssl.CERT_NONE))
    '''


class UnstatedTest(PolicyTest):

    def run_unstated(self, code, clients):
        log = os.path.join(self.folder, 'audit')
        if os.path.exists(log):
            os.remove(log)
        said = self.run_app(code, self.serve('server_p256', clients),
                            {'AIRLOCK_VERIFY': 'off', 'AIRLOCK_AUDIT': log})
        self.assertEqual(said.count('connected'), clients, said)
        with open(log) as lines:
            return said, [json.loads(line) for line in lines]

    def test_is_reported_once_for_each_place(self):
        for name, code in sorted(UNSTATED.items()):
            said, events = self.run_unstated(code % 3, 3)
            self.assertEqual(said.count('airlock: WARNING'), 1, name + said)
            self.assertIn('app.py:', said)
            event, = events
            self.assertEqual(
                (event['action'], event['setting'], event['requested'],
                 event['effective']),
                ('allowed', 'cert_reqs', 'unset', 'CERT_NONE'), name)
            place = event.get('claimed', event)['call_site']
            self.assertIn('app.py:', place)

    def test_two_places_are_both_reported(self):
        said, events = self.run_unstated('''
            import ssl
            context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
            greet(context.wrap_socket(dial()))
            greet(context.wrap_socket(dial()))
            ''', 2)
        self.assertEqual(said.count('airlock: WARNING'), 2, said)
        self.assertEqual(len(events), 2)

    def test_explicit_settings_are_not_reported(self):
        for name, code in sorted(STATED.items()):
            said, events = self.run_unstated(code, 1)
            self.assertEqual(said.strip(), 'connected', name)
            self.assertEqual(events, [], name)


if __name__ == '__main__':
    unittest.main()
