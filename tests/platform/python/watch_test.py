# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""airlock.watch: certificates that are replaced under a context.

usage: PYTHON watch_test.py CERTS     (the folder of testdata's certificates)
"""
import gc
import os
import shutil
import ssl
import time

import airlock
from connections import (SECONDS, Task, TlsTest, cert, client_context, main,
                         socket_pair)
from watched import Files, read, subject


class WatchTest(TlsTest):

    def setUp(self):
        super(WatchTest, self).setUp()
        self.files = Files('server_p256')
        self.addCleanup(shutil.rmtree, self.files.folder)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)

    def watch(self, *args, **kwargs):
        return airlock.watch(self.context, *args, **kwargs)

    def connect(self, client=None):
        ours, theirs = socket_pair()
        task = Task(
            lambda: self.context.wrap_socket(theirs, server_side=True))
        connection = (client or client_context()).wrap_socket(
            ours, server_hostname='localhost')
        self.addCleanup(connection.close)
        self.addCleanup(task.result().close)
        return connection, task.result()

    def met(self):
        return subject(self.connect()[0])

    def test_a_context_presents_the_newest(self):
        watch = self.watch(self.files.certfile, self.files.keyfile)
        self.assertEqual((watch.generation, watch.updated), (1, None))
        old, server = self.connect()
        self.assertEqual(subject(old), 'server_p256')
        self.files.put('server_rsa')
        watch.refresh()
        self.assertEqual(self.met(), 'server_rsa')
        self.assertEqual(watch.generation, 2)
        self.assertAlmostEqual(watch.updated, time.time(), delta=SECONDS)
        server.sendall(b'still here')
        self.assertEqual(old.recv(100), b'still here')

    def test_a_handshake_notices_by_itself(self):
        self.watch(self.files.folder)
        self.assertEqual(self.met(), 'server_p256')
        self.files.put('server_rsa')
        end = time.time() + SECONDS
        while self.met() != 'server_rsa':
            self.assertLess(time.time(), end)

    def test_a_broken_update_is_told(self):
        watch = self.watch(self.files.certfile, self.files.keyfile)
        self.assertIsNone(watch.error)
        self.assertGreater(watch.expires, time.time())
        self.files.write(self.files.keyfile, read('server_rsa.key'))
        with self.assertRaises(ssl.SSLError):
            watch.refresh()
        self.assertIn(self.files.keyfile, watch.error)
        self.assertGreaterEqual(watch.failures, 1)
        self.assertEqual(self.met(), 'server_p256')
        os.remove(self.files.certfile)
        with self.assertRaises((IOError, OSError)) as caught:
            watch.refresh()
        self.assertEqual(caught.exception.errno, 2)
        self.assertEqual(self.met(), 'server_p256')
        self.files.put('server_rsa')
        watch.refresh()
        self.assertIsNone(watch.error)
        self.assertEqual(self.met(), 'server_rsa')

    def test_a_client_presents_the_newest(self):
        self.context.load_cert_chain(cert('server_p256_chain.pem'),
                                     cert('server_p256.key'))
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.context.load_verify_locations(cert('root.pem'))
        client = client_context()
        folder = self.files.folder
        for name in ('client_p256', 'client_rsa'):
            with open(os.path.join(folder, 'c.pem'), 'w') as file:
                file.write(read(name + '.pem') + read(name + '.key'))
            if name == 'client_p256':
                watch = airlock.watch(client, os.path.join(folder, 'c.pem'))
            else:
                watch.refresh()
            server = self.connect(client)[1]
            names = [pair[0] for pair in server.getpeercert()['subject']]
            self.assertIn(('organizationalUnitName', name), names)

    def test_load_cert_chain_takes_the_place(self):
        self.context.load_cert_chain(cert('server_rsa_chain.pem'),
                                     cert('server_rsa.key'))
        watch = self.watch(self.files.certfile, self.files.keyfile)
        self.assertEqual(self.met(), 'server_p256')
        self.context.load_cert_chain(cert('server_rsa_chain.pem'),
                                     cert('server_rsa.key'))
        self.assertEqual(self.met(), 'server_rsa')
        for use in (watch.refresh, lambda: watch.generation):
            self.assertRaises(ValueError, use)

    def trusts(self, client):
        try:
            self.connect(client)
        except ssl.SSLError:
            return False
        return True

    def put_ca(self, text):
        self.files.write(os.path.join(self.files.folder, 'ca.pem'), text)

    def test_a_client_verifies_with_the_newest_cas(self):
        self.watch(self.files.folder)
        self.put_ca(read('ca.pem'))
        client = ssl.create_default_context(cafile=cert('other_root.pem'))
        watch = airlock.watch_ca(client,
                                 os.path.join(self.files.folder, 'ca.pem'))
        self.assertEqual((watch.generation, watch.updated), (0, None))
        self.assertTrue(self.trusts(client))
        self.assertEqual((watch.generation, watch.updated, watch.failures,
                          watch.error), (1, None, 0, None))
        self.put_ca(read('other_root.pem'))
        end = time.time() + SECONDS
        while self.trusts(client):
            self.assertLess(time.time(), end)
        self.assertEqual(watch.generation, 2)
        self.assertAlmostEqual(watch.updated, time.time(), delta=SECONDS)
        self.put_ca(read('ca.pem')[:1000])
        end = time.time() + SECONDS
        while watch.error is None:
            self.assertFalse(self.trusts(client))
            self.assertLess(time.time(), end)
        self.assertIn('ca.pem', watch.error)
        self.assertGreaterEqual(watch.failures, 1)
        self.assertEqual(watch.generation, 2)
        # A context that is made again goes on with the state.
        client.set_alpn_protocols(['x'])
        self.assertEqual(watch.generation, 2)
        self.put_ca(read('ca.pem'))
        end = time.time() + SECONDS
        while not self.trusts(client):
            self.assertLess(time.time(), end)

    def test_watched_cas_take_the_place_of_others(self):
        client = client_context()
        self.put_ca(read('other_root.pem'))
        airlock.watch_ca(client, os.path.join(self.files.folder, 'ca.pem'))
        self.watch(self.files.folder)
        self.assertFalse(self.trusts(client))
        self.assertEqual(len(client.get_ca_certs()), 1)
        self.assertRaises(ValueError, client.load_verify_locations,
                          cert('ca.pem'))
        self.assertRaises(ValueError, client.set_default_verify_paths)

    def test_watched_cas_are_a_file(self):
        client = client_context()
        for wrong in (read('ca.pem'), None, 7):
            self.assertRaises(TypeError, airlock.watch_ca, client, wrong)
        with self.assertRaises((IOError, OSError)):
            airlock.watch_ca(client, os.path.join(self.files.folder, 'none'))
        self.put_ca('text')
        with self.assertRaises(ssl.SSLError):
            airlock.watch_ca(client, os.path.join(self.files.folder, 'ca.pem'))
        self.watch(self.files.folder)
        self.assertTrue(self.trusts(client))

    def test_the_watch_need_not_be_kept(self):
        self.watch(self.files.certfile, self.files.keyfile)
        gc.collect()
        self.files.put('server_rsa')
        end = time.time() + SECONDS
        while self.met() != 'server_rsa':
            self.assertLess(time.time(), end)

    def test_arguments(self):
        for content in (read('server_p256_chain.pem'), open(self.files.certfile)):
            self.assertRaises(TypeError, self.watch, content, self.files.keyfile)
            self.assertRaises(TypeError, self.watch, self.files.certfile, content)
            if hasattr(content, 'close'):
                content.close()
        missing = os.path.join(self.files.folder, 'missing')
        self.assertRaises((IOError, OSError), self.watch, missing)
        self.assertRaises((IOError, OSError), self.watch, self.files.certfile,
                          missing)
        self.assertRaises(ssl.SSLError, self.watch, self.files.certfile,
                          cert('server_rsa.key'))
        self.assertRaises(TypeError, airlock.watch, object(),
                          self.files.certfile)
        self.watch(self.files.certfile, cert('server_p256_encrypted.key'),
                   password='airlock')
        self.assertEqual(self.met(), 'server_p256')
        self.assertRaises(ssl.SSLError, self.watch, self.files.certfile,
                          cert('server_p256_encrypted.key'), password=b'wrong')


if __name__ == '__main__':
    main()
