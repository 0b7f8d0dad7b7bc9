# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""airlock.TicketKeyring: ticket keys that contexts share.

usage: PYTHON tickets_test.py CERTS     (the folder of testdata's certificates)
"""
import binascii
import gc
import os
import shutil
import ssl
import tempfile
import time
import unittest

import airlock
from connections import (SECONDS, Task, TlsTest, client_context, main,
                         server_context, socket_pair)


def key_line(name, begins=-3600, ends=3600):
    def stamp(offset):
        return time.strftime('%Y-%m-%dT%H:%M:%SZ',
                             time.gmtime(time.time() + offset))
    return '%s %s %s %s\n' % (
        binascii.hexlify(os.urandom(15)).decode() + name,
        binascii.hexlify(os.urandom(32)).decode(), stamp(begins), stamp(ends))


@unittest.skipUnless(hasattr(ssl, 'SSLSession'), 'needs sessions of ssl.py')
class TicketsTest(TlsTest):

    def setUp(self):
        super(TicketsTest, self).setUp()
        self.client = client_context()
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, 'keys')

    def write(self, *lines):
        with open(self.path + '.new', 'w') as file:
            file.write(''.join(lines))
        os.rename(self.path + '.new', self.path)

    def server(self, keyring=None):
        context = server_context()
        if keyring:
            airlock.use_tickets(context, keyring)
        return context

    def visit(self, server, session=None):
        """The session that the client gets, and whether it resumed one."""
        ours, theirs = socket_pair()

        def serve():
            connection = server.wrap_socket(theirs, server_side=True)
            connection.sendall(b'hello')
            connection.recv(1)
            connection.close()
        task = Task(serve)
        connection = self.client.wrap_socket(
            ours, server_hostname='localhost', session=session)
        # With TLS 1.3, tickets come with the data.
        connection.recv(5)
        result = connection.session, connection.session_reused
        connection.close()
        task.result()
        return result

    def test_contexts_share_a_keyring(self):
        keyring = airlock.TicketKeyring()
        first, second = self.server(keyring), self.server(keyring)
        session = self.visit(first)[0]
        self.assertTrue(self.visit(second, session)[1])
        self.assertFalse(self.visit(self.server(), session)[1])
        self.assertFalse(
            self.visit(self.server(airlock.TicketKeyring()), session)[1])
        state = keyring.state
        self.assertTrue(state.seals)
        self.assertEqual(state.keys, 1)
        self.assertGreaterEqual(state.sealed, 1)
        self.assertEqual(state.opened, 1)
        self.assertIsNone(state.failure)

    def test_rotation_keeps_one_key(self):
        keyring = airlock.TicketKeyring(rotation=3600)
        server = self.server(keyring)
        session = self.visit(server)[0]
        keyring.rotate()
        self.assertTrue(self.visit(server, session)[1])
        keyring.rotate()
        self.assertFalse(self.visit(server, session)[1])
        self.assertGreaterEqual(keyring.state.unknown, 1)

    def test_a_keyring_outlives_its_name(self):
        server = self.server(airlock.TicketKeyring())
        gc.collect()
        session = self.visit(server)[0]
        self.assertTrue(self.visit(server, session)[1])

    def test_keys_of_a_file(self):
        self.write(key_line('01'))
        one = self.server(airlock.TicketKeyring(self.path))
        two = self.server(airlock.TicketKeyring(self.path))
        session = self.visit(one)[0]
        self.assertTrue(self.visit(two, session)[1])

    def test_a_file_is_read_again(self):
        self.write(key_line('01'))
        keyring = airlock.TicketKeyring(self.path)
        server = self.server(keyring)
        session = self.visit(server)[0]
        self.assertTrue(self.visit(server, session)[1])
        self.write(key_line('02'))
        end = time.time() + SECONDS
        while self.visit(server, session)[1]:
            self.assertLess(time.time(), end)
        # A broken file leaves the keys that are known.
        session = self.visit(server)[0]
        self.write('broken\n')
        end = time.time() + 1.5
        while time.time() < end:
            self.assertTrue(self.visit(server, session)[1])

    def test_short_lives(self):
        keyring = airlock.TicketKeyring(lifetime=60)
        server = self.server(keyring)
        session = self.visit(server)[0]
        self.assertLessEqual(session.timeout, 60)
        self.assertTrue(self.visit(server, session)[1])

    def test_mistakes(self):
        for arguments in ({'rotation': 0}, {'rotation': 8 * 86400},
                          {'lifetime': 8 * 86400}, {'lifetime': -1},
                          {'rotation': float('nan')},
                          {'source': '/no/such/file'},
                          {'source': 'airlock-key:fleet'}):
            with self.assertRaises(ValueError):
                airlock.TicketKeyring(**arguments)
        self.write('broken\n')
        with self.assertRaises(ValueError) as caught:
            airlock.TicketKeyring(self.path)
        self.assertIn(self.path, str(caught.exception))
        self.write(key_line('01'))
        with self.assertRaises(ValueError):
            airlock.TicketKeyring(self.path).rotate()
        with self.assertRaises(TypeError):
            airlock.use_tickets(ssl.create_default_context(), object())
        with self.assertRaises(TypeError):
            airlock.use_tickets(object(), airlock.TicketKeyring())


if __name__ == '__main__':
    main()
