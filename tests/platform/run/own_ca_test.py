# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""In the sandbox under `enforce`, an application cannot add its own CAs.

Unless the operator's file says otherwise; see SANDBOXING.md.
"""
import json
import os
import sys
import unittest

from application import AIRLOCK, Application, needs_sandbox
from page_server import PageServer

CERTS = os.path.abspath('testdata/certs')
SECRET = 'the page of that server'
PRELUDE = '''
from __future__ import print_function
import os, sys
try:
    from urllib.request import urlopen
except ImportError:
    from urllib2 import urlopen
own = os.path.abspath('own.pem')
def fetch(**options):
    url = 'https://localhost:%s/page' % sys.argv[1]
    print(urlopen(url, **options).read().decode())
'''
ATTEMPTS = {
    'load_verify_locations': '''
import ssl
context = ssl.create_default_context()
context.load_verify_locations(own)
fetch(context=context)
''',
    'cafile': '''
import ssl
fetch(context=ssl.create_default_context(cafile=own))
''',
    'environment': '''
os.environ['SSL_CERT_FILE'] = own
os.environ['AIRLOCK_APPLICATION_CAS'] = 'allow'
import ssl
fetch(context=ssl.create_default_context())
''',
    # The variable of app.yaml below.
    'app.yaml': '''
import ssl
fetch(context=ssl.create_default_context())
''',
}
BASE = 'verification: enforce'


@needs_sandbox
class OwnCaTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.servers = [
            PageServer(cls, AIRLOCK, [
                '--cert', '%s/%s.pem' % (CERTS, name),
                '--key', '%s/%s.key' % (CERTS, key)], SECRET)
            for name, key in (('self_signed', 'self_signed'),
                              ('server_p256_chain', 'server_p256'))]

    def try_it(self, name, rules, server, flags=()):
        """(what the application wrote, its audit's events)."""
        own = ('env_variables: {SSL_CERT_FILE: own.pem}'
               if name == 'app.yaml' else '')
        app = Application(self, PRELUDE + ATTEMPTS[name], (
            'libraries: [{name: ssl, version: latest}]\n' + own))
        with open(CERTS + '/self_signed.pem', encoding='utf-8') as pem:
            app.write('own.pem', pem.read())
        policy = app.write('policy.yaml', 'tls: {%s}\n' % rules)
        audit = app.path('audit')
        _, out, err = app.run(
            '--audit=' + audit, *(list(flags) + ['--', server.port]),
            AIRLOCK_CONFIG=policy, SSL_CERT_FILE=CERTS + '/root.pem')
        self.assertIn('airlock run', err)
        with open(audit, encoding='utf-8') as lines:
            return (out + err.split('\n\n')[-1],
                    [json.loads(line) for line in lines])

    def check(self, rules, action, good):
        for name in sorted(ATTEMPTS):
            out, events = self.try_it(name, rules, self.servers[0])
            self.assertEqual(SECRET in out, good, name + out)
            self.assertEqual([(event['setting'], event['action'])
                              for event in events[:1]],
                             [('ca_certs', action)] if action else [], name)

    def test_is_refused(self):
        self.check(BASE, 'refused', False)

    def test_is_left_out(self):
        self.check(BASE + ', on_override: upgrade', 'upgraded', False)

    def test_is_audited_where_the_operator_says_so(self):
        self.check(BASE + ', application_cas: audit', 'allowed', True)

    def test_may_be_allowed(self):
        self.check(BASE + ', application_cas: allow', None, True)

    def test_app_yaml_can_forbid_them(self):
        for word, good in ('forbid', False), ('audit', True), ('allow', True):
            app = Application(self, PRELUDE + ATTEMPTS['cafile'], (
                'libraries: [{name: ssl, version: latest}]\n'
                'env_variables: {AIRLOCK_APPLICATION_CAS: %s}' % word))
            with open(CERTS + '/self_signed.pem', encoding='utf-8') as pem:
                app.write('own.pem', pem.read())
            _, out, err = app.run('--', self.servers[0].port,
                                  SSL_CERT_FILE=CERTS + '/root.pem')
            self.assertEqual(SECRET in out, good, err)
            # It cannot allow what the operator forbids.
            _, out, _ = app.run('--', self.servers[0].port,
                                AIRLOCK_VERIFY='enforce',
                                SSL_CERT_FILE=CERTS + '/root.pem')
            self.assertNotIn(SECRET, out)

    def test_without_enforce_the_application_decides(self):
        self.check('verification: default', None, True)

    def test_the_platforms_cas_are_allowed(self):
        for flags in (), ('--no-sandbox',):
            out, events = self.try_it('app.yaml' if not flags else 'cafile',
                                      'verification: default',
                                      self.servers[0], flags)
            self.assertIn(SECRET, out)
            self.assertEqual(events, [])
        app = Application(self, PRELUDE + ATTEMPTS['app.yaml'],
                          'libraries: [{name: ssl, version: latest}]')
        _, out, err = app.run('--', self.servers[1].port,
                              AIRLOCK_VERIFY='enforce',
                              SSL_CERT_FILE=CERTS + '/root.pem')
        self.assertIn(SECRET, out, err)

    def test_without_a_sandbox_it_is_refused_too(self):
        out, events = self.try_it('load_verify_locations', BASE,
                                  self.servers[0], ['--no-sandbox'])
        self.assertNotIn(SECRET, out)
        self.assertEqual(events[0]['action'], 'refused')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
