# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""airlock.spiffe: peers that are verified by their SPIFFE IDs.

usage: PYTHON spiffe_test.py CERTS     (the folder of testdata's certificates)
"""
import base64
import io
import json
import os
import shutil
import ssl
import subprocess
import tempfile

import airlock
from connections import Task, TlsTest, cert, main

OPENSSL = '/usr/bin/openssl'
SERVER = 'spiffe://example.org/server'
CLIENT = 'spiffe://example.org/client'


class Domain(object):
    """A trust domain: a CA, and what it issues, in a folder."""

    def __init__(self, folder, name):
        self._base = os.path.join(folder, name)
        self.bundle = self._base + '.pem'
        self._key = self._base + '.key'
        self._run('req', '-x509', '-newkey', 'ec', '-pkeyopt',
                  'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
                  '-addext', 'keyUsage=critical,keyCertSign',
                  '-subj', '/O=' + name, '-keyout', self._key,
                  '-out', self.bundle)

    def _run(self, *arguments):
        subprocess.check_output((OPENSSL,) + arguments,
                                stderr=subprocess.STDOUT)

    def issue(self, spiffe_id):
        """The files of an SVID: the certificate and its key."""
        base = '%s-%s' % (self._base, spiffe_id.replace('/', '_'))
        with open(base + '.cnf', 'w') as file:
            file.write('subjectAltName=URI:%s\n'
                       'keyUsage=critical,digitalSignature\n'
                       'basicConstraints=critical,CA:FALSE\n'
                       'authorityKeyIdentifier=keyid\n' % spiffe_id)
        self._run('req', '-new', '-newkey', 'ec', '-pkeyopt',
                  'ec_paramgen_curve:P-256', '-nodes', '-subj', '/O=svid',
                  '-keyout', base + '.key', '-out', base + '.csr')
        self._run('x509', '-req', '-in', base + '.csr', '-CA', self.bundle,
                  '-CAkey', self._key, '-set_serial', '7', '-days', '1',
                  '-extfile', base + '.cnf', '-out', base + '.pem')
        return base + '.pem', base + '.key'

    def jwks(self):
        with open(self.bundle) as file:
            der = ssl.PEM_cert_to_DER_cert(file.read())
        path = self._base + '.jwks'
        with open(path, 'w') as file:
            json.dump({'keys': [{'use': 'x509-svid', 'kty': 'EC',
                                 'x5c': [base64.b64encode(der).decode()]}]},
                      file)
        return path


class SpiffeTest(TlsTest):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.here = Domain(cls.folder, 'here')
        cls.there = Domain(cls.folder, 'there')
        cls.domains = {'example.org': cls.here.bundle,
                       'other.org': cls.there.bundle}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def server(self, svid, trust_domains=None, ids=()):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*svid)
        if trust_domains:
            airlock.spiffe(context, trust_domains, ids)
        return context

    def client(self, ids, trust_domains=None, svid=None):
        # With CAs of its own, which do not count.
        context = ssl.create_default_context(cafile=cert('root.pem'))
        airlock.spiffe(context, trust_domains or self.domains, ids)
        if svid:
            context.load_cert_chain(*svid)
        return context

    def test_the_id_takes_the_place_of_the_name(self):
        client = self.client([SERVER])
        self.assertFalse(client.check_hostname)
        self.assertEqual(client.verify_mode, ssl.CERT_REQUIRED)
        ours, _ = self.connect(client, self.server(self.here.issue(SERVER)))
        self.assertIn(('URI', SERVER), ours.getpeercert()['subjectAltName'])

    def test_another_id_is_refused(self):
        with self.assertRaises(ssl.SSLError) as caught:
            self.connect(self.client([CLIENT]),
                         self.server(self.here.issue(SERVER)))
        self.assertIn(SERVER, str(caught.exception))

    def test_each_trust_domain_has_its_own_bundle(self):
        ids = ['spiffe://example.org/**', 'spiffe://other.org/**']
        with self.assertRaises(ssl.SSLError):
            self.connect(self.client(ids),
                         self.server(self.there.issue(SERVER)))

    def test_the_other_trust_domain_is_met_as_well(self):
        self.connect(self.client(['spiffe://other.org/**']),
                     self.server(self.there.issue('spiffe://other.org/a')))

    def test_a_server_admits_only_the_ids(self):
        server = self.server(self.here.issue(SERVER), self.domains, {CLIENT})
        self.assertEqual(server.verify_mode, ssl.CERT_REQUIRED)
        self.connect(self.client([SERVER], svid=self.here.issue(CLIENT)),
                     server)

    def test_a_server_refuses_others(self):
        server = self.server(self.here.issue(SERVER), self.domains, {CLIENT})
        client = self.client([SERVER], svid=self.here.issue(SERVER))
        accepting = Task(self.wrap_server, server)
        try:
            # With TLS 1.3, a client learns of it when it reads.
            self.wrap_client(client).recv(1)
        except (ssl.SSLError, OSError, IOError):
            pass
        with self.assertRaises(ssl.SSLError) as caught:
            accepting.result()
        self.assertIn(SERVER, str(caught.exception))

    def test_bundles_have_many_forms(self):
        with open(self.here.bundle) as file:
            pem = file.read()
        server = self.here.issue(SERVER)
        for bundle in (pem, pem.encode(), io.BytesIO(pem.encode()),
                       self.here.jwks()):
            self.setUp()
            self.connect(self.client([SERVER], {'example.org': bundle}),
                         self.server(server))

    def test_a_second_call_replaces_the_first(self):
        client = self.client([CLIENT])
        airlock.spiffe(client, self.domains, [SERVER])
        self.connect(client, self.server(self.here.issue(SERVER)))

    def test_it_cannot_be_switched_off_by_the_way(self):
        client = self.client([SERVER])
        client.verify_mode = ssl.CERT_NONE
        with self.assertRaises(ValueError) as caught:
            self.wrap_client(client)
        self.assertIn('CERT_NONE', str(caught.exception))

    def test_mistakes(self):
        context = ssl.create_default_context()
        here = {'example.org': self.here.bundle}
        for domains, ids in ((here, []), ({}, [SERVER]),
                             (here, ['spiffe://other.org/a']),
                             (here, ['example.org/a']),
                             ({'Example.org': self.here.bundle}, [SERVER])):
            with self.assertRaises(ValueError):
                airlock.spiffe(context, domains, ids)
        with self.assertRaises((IOError, OSError)):
            airlock.spiffe(context, {'example.org': '/no/such'}, [SERVER])
        with self.assertRaises(ssl.SSLError):
            airlock.spiffe(context, {'example.org': io.BytesIO(b'{}')},
                           [SERVER])
        for domains, ids in ((here, SERVER), (here, [7]),
                             ({7: self.here.bundle}, [SERVER])):
            with self.assertRaises(TypeError):
                airlock.spiffe(context, domains, ids)
        # A failed call changes nothing.
        self.assertTrue(context.check_hostname)


if __name__ == '__main__':
    main()
