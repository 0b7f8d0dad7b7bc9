# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What httplib, urllib2 and urlfetch verify under `runtime: python27`.

usage: PYTHON python27_test.py CERTS     (Python 2.7)

App Engine's Python 2.7 verifies chain and host name unless code says
otherwise (PEP 476).
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from urlfetch_server import FetchTest, respond

# Each sets what it got.
CLIENTS = {
    'httplib': '''
import httplib
connection = httplib.HTTPSConnection(host, port, timeout=60)
connection.request('GET', '/')
said[name] = connection.getresponse().read()
''',
    'urllib2': '''
import urllib2
said[name] = urllib2.urlopen(url, timeout=60).read()
''',
    'urllib': '''
import urllib
said[name] = urllib.urlopen(url).read()
''',
    'urlfetch': '''
from airlock import urlfetch
said[name] = urlfetch.fetch(url, deadline=60).content
''',
}
RUN = '''
import json, sys, urlparse
url = sys.argv[1]
host, port = urlparse.urlsplit(url).hostname, urlparse.urlsplit(url).port
said = {}
for name, code in json.loads(sys.argv[2]).items():
    try:
        exec code
    except Exception as error:
        said[name] = 'refused %s %s' % (type(error).__name__, error)
print json.dumps(said)
'''
LATEST = 'libraries: [{name: ssl, version: latest}]'
OLDEST = 'libraries: [{name: ssl, version: "2.7"}]'


class VerificationTest(FetchTest):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)

    def ask(self, url, libraries, variables=''):
        """What each client gets in an application with this app.yaml, or its
        error."""
        path = os.path.join(self.folder, 'app.yaml')
        with open(path, 'w') as file:
            file.write('runtime: python27\n%s\n%s\n' % (libraries, variables))
        process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-c', RUN, url,
             json.dumps(CLIENTS)],
            env=dict(os.environ, AIRLOCK_APP_YAML=path),
            stdout=subprocess.PIPE)
        return json.loads(process.communicate()[0])

    def check(self, libraries, variables=''):
        good = self.serve_tls(respond(b'words'))
        self.assertEqual(self.ask(good.url(), libraries, variables),
                         dict.fromkeys(CLIENTS, 'words'))
        for certificate, words in (('server_other', 'CERTIFICATE_VERIFY'),
                                   ('expired', 'certificate has expired'),
                                   ('wrong_host', 'elsewhere.test')):
            server = self.serve_tls(respond(b'words'), certificate=certificate)
            said = self.ask(server.url(), libraries, variables)
            self.assertEqual(set(said), set(CLIENTS))
            for name in CLIENTS:
                self.assertIn('refused ', said[name], name)
                self.assertIn(words, said[name], name)
            self.assertEqual(server.requests, [])

    def test_latest(self):
        self.check(LATEST)

    def test_oldest(self):
        self.check(OLDEST)

    def test_policy_of_the_application(self):
        self.check(LATEST, 'env_variables: {AIRLOCK_VERIFY: enforce}')

    def test_urlfetch_needs_the_library(self):
        server = self.serve_tls(respond())
        said = self.ask(server.url(), '')['urlfetch']
        self.assertIn('refused ImportError', said)
        self.assertIn('- name: ssl', said)


if __name__ == '__main__':
    unittest.main()
