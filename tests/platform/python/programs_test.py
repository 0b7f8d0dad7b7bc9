# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Real programs with Airlock's ssl: Debian's packages, unchanged.

usage: /usr/bin/python3 programs_test.py AIRLOCK CERTS
"""
import asyncio
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest
import zipfile

AIRLOCK, CERTS = [os.path.abspath(path) for path in sys.argv[1:3]]
del sys.argv[1:3]

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import aiohttp
import requests
import urllib3
import websockets
from airlock_server import Server

GOOD = 'server_p256_chain'
UNTRUSTED = 'server_other'
CLIENT = ('client_p256.pem', 'client_p256.key')


def cert(name):
    return os.path.join(CERTS, name)


class ProgramTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.write('page.txt', 'a page')
        # Settings that would bypass the server.
        for name in ('http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY',
                     'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'):
            os.environ.pop(name, None)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            file.write(text)

    def serve(self, certificate=GOOD, *flags):
        """The address of a server that has self.folder's files."""
        server = Server(AIRLOCK, CERTS, certificate, '--root=' + self.folder,
                        *flags)
        self.addCleanup(server.close)
        return 'https://localhost:%s/' % server.port


class RequestsTest(ProgramTest):

    def test_page(self):
        page = requests.get(self.serve() + 'page.txt', verify=cert('root.pem'))
        self.assertEqual((page.status_code, page.text), (200, 'a page'))

    def test_session_keeps_its_connection(self):
        address = self.serve() + 'page.txt'
        with requests.Session() as session:
            session.verify = cert('root.pem')
            for _ in range(3):
                self.assertEqual(session.get(address).text, 'a page')

    def test_untrusted(self):
        with self.assertRaises(requests.exceptions.SSLError) as caught:
            requests.get(self.serve(UNTRUSTED), verify=cert('root.pem'))
        self.assertIn('CERTIFICATE_VERIFY_FAILED', str(caught.exception))
        self.assertIn('CN=server_other', str(caught.exception))

    def test_unverified(self):
        with self.assertWarns(urllib3.exceptions.InsecureRequestWarning):
            page = requests.get(self.serve(UNTRUSTED) + 'page.txt',
                                verify=False)
        self.assertEqual(page.text, 'a page')

    def test_client_certificate(self):
        address = self.serve(GOOD, '--client_ca=' + cert('root.pem'),
                             '--require_client_cert') + 'page.txt'
        page = requests.get(address, verify=cert('root.pem'),
                            cert=tuple(cert(name) for name in CLIENT))
        self.assertEqual(page.text, 'a page')
        with self.assertRaises(requests.exceptions.ConnectionError):
            requests.get(address, verify=cert('root.pem'))


class Urllib3Test(ProgramTest):

    def test_page(self):
        with urllib3.PoolManager(ca_certs=cert('root.pem')) as pool:
            page = pool.request('GET', self.serve() + 'page.txt')
            self.assertEqual(page.data, b'a page')

    def test_fingerprint(self):
        with urllib3.PoolManager(cert_reqs='NONE',
                                 assert_fingerprint='00' * 32) as pool:
            with self.assertRaises(urllib3.exceptions.MaxRetryError) as caught:
                pool.request('GET', self.serve(), retries=0)
            self.assertIn('ingerprint', str(caught.exception))

    def test_another_name(self):
        with urllib3.PoolManager(ca_certs=cert('root.pem')) as pool:
            with self.assertRaises(urllib3.exceptions.MaxRetryError) as caught:
                pool.request('GET', self.serve('wrong_host'), retries=0)
            self.assertIn('elsewhere.test', str(caught.exception))


class AsyncioTest(ProgramTest):

    @staticmethod
    async def fetch(address, roots):
        context = ssl.create_default_context(cafile=cert(roots))
        async with aiohttp.ClientSession() as session:
            async with session.get(address, ssl=context) as page:
                return await page.text()

    def test_aiohttp(self):
        address = self.serve() + 'page.txt'
        self.assertEqual(asyncio.run(self.fetch(address, 'root.pem')),
                         'a page')
        with self.assertRaises(aiohttp.ClientConnectorCertificateError):
            asyncio.run(self.fetch(address, 'other_root.pem'))

    @staticmethod
    async def talk(roots, messages):
        async def echo(connection, *_):
            async for message in connection:
                await connection.send(message)

        ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ours.load_cert_chain(cert('server_p256_chain.pem'),
                             cert('server_p256.key'))
        theirs = ssl.create_default_context(cafile=cert(roots))
        answers = []
        async with websockets.serve(echo, '127.0.0.1', 0, ssl=ours) as server:
            port = server.sockets[0].getsockname()[1]
            async with websockets.connect('wss://localhost:%d' % port,
                                          host='127.0.0.1',
                                          ssl=theirs) as client:
                for message in messages:
                    await client.send(message)
                    answers.append(await client.recv())
        return answers

    def test_websockets(self):
        messages = ['a', 'b' * 100000, b'\0' * 100000]
        self.assertEqual(asyncio.run(self.talk('root.pem', messages)),
                         messages)
        with self.assertRaises(ssl.SSLCertVerificationError):
            asyncio.run(self.talk('other_root.pem', messages))


class PipTest(ProgramTest):

    def setUp(self):
        super().setUp()
        self.write('simple/probe/index.html',
                   '<a href="/probe-1.0-py3-none-any.whl">'
                   'probe-1.0-py3-none-any.whl</a>')
        path = os.path.join(self.folder, 'probe-1.0-py3-none-any.whl')
        info = 'probe-1.0.dist-info/'
        with zipfile.ZipFile(path, 'w') as wheel:
            wheel.writestr('probe.py', 'ANSWER = 42\n')
            wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\n'
                                              'Name: probe\nVersion: 1.0\n')
            wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\n'
                                           'Root-Is-Purelib: true\n'
                                           'Tag: py3-none-any\n')
            wheel.writestr(info + 'RECORD', 'probe.py,,\n')

    def install(self, address, roots):
        """(exit status, output) of pip, and the folder that it fills."""
        target = os.path.join(self.folder, 'target')
        environment = dict(os.environ, PIP_CONFIG_FILE=os.devnull,
                           PIP_DISABLE_PIP_VERSION_CHECK='1')
        process = subprocess.run(
            [sys.executable, '-m', 'pip', 'install', '--no-cache-dir',
             '--retries=0', '--target', target, '--cert', cert(roots),
             '--index-url', address + 'simple', 'probe'],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False)
        return process.returncode, process.stdout.decode(), target

    def test_installs(self):
        status, said, target = self.install(self.serve(), 'root.pem')
        self.assertEqual(status, 0, said)
        self.assertTrue(os.path.exists(os.path.join(target, 'probe.py')))

    def test_untrusted(self):
        status, said, _ = self.install(self.serve(UNTRUSTED), 'root.pem')
        self.assertNotEqual(status, 0)
        self.assertIn('CERTIFICATE_VERIFY_FAILED', said)


if __name__ == '__main__':
    unittest.main()
