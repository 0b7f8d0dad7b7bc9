# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Encrypted Client Hello by the functions of the package `airlock`.

usage: PYTHON ech_test.py CERTS     (the folder of testdata's certificates)

On an engine without it, each function raises an error that names the engine.
"""
import base64
import binascii
import ssl
import struct
import unittest

import airlock
from connections import (Task, TlsTest, client_context, main, server_context,
                         set_sni_callback, socket_pair)

# The halves of two X25519 keys, in hexadecimal.
KEYS = (
    ('8891265f436a21b383b6428ec9b9ba34855cf7b909be564eddde5390bfc37c79',
     'd5b6a095d40e02f35b1709faa23dca04553c7192959e52c221f0eab6c32a7450'),
    ('b0359c2b63ad6ddbb550ddc4082df343c09a244156d5da846588324f240c7369',
     'f802f2fedb169d367408876653228692c449d837837764fdca1ddb6b2d55274a'))
PUBLIC_NAME = b'server.test'


def prefixed(content):
    return struct.pack('!H', len(content)) + content


def config_list(number):
    """An ECHConfigList (RFC 9849, section 4)."""
    contents = (b'\x07' + struct.pack('!H', 0x20) +
                prefixed(binascii.unhexlify(KEYS[number][1])) +
                prefixed(struct.pack('!HH', 1, 1)) + b'\x40' +
                struct.pack('!B', len(PUBLIC_NAME)) + PUBLIC_NAME +
                prefixed(b''))
    return prefixed(struct.pack('!H', 0xfe0d) + prefixed(contents))


def key_file(number):
    """The text of a file of RFC 9934."""
    pkcs8 = binascii.unhexlify('302e020100300506032b656e04220420' +
                               KEYS[number][0])
    blocks = []
    for label, der in (('PRIVATE KEY', pkcs8),
                       ('ECHCONFIG', config_list(number))):
        blocks += ['-----BEGIN %s-----' % label,
                   base64.b64encode(der).decode('ascii'),
                   '-----END %s-----' % label]
    return '\n'.join(blocks) + '\n'


def engine_has_it():
    try:
        airlock.set_ech_configs(client_context(), config_list(0))
    except ValueError as error:
        if '--config=upstream' not in str(error):
            raise
        return False
    return True


class WithoutTest(TlsTest):
    def test_what_is_not_used_is_not_offered(self):
        for end in self.connect():
            self.assertEqual(airlock.ech_status(end), 'not offered')

    def test_before_the_handshake(self):
        server = self.wrap_server(shake=False)
        self.assertIsNone(airlock.ech_status(server))

    def test_other_errors_have_no_configurations(self):
        self.assertIsNone(airlock.ech_retry_configs(ssl.SSLError(1, 'no')))

    def test_bad_values(self):
        context = client_context()
        for bad in (b'', '', b'x', config_list(0)[:-1], config_list(0) + b'x'):
            with self.assertRaises(ValueError):
                airlock.set_ech_configs(context, bad)
        for bad in (b'', '', '/etc/ech.pem', key_file(0)[:-9]):
            with self.assertRaises(ValueError):
                airlock.set_ech_keys(context, bad)
        for set_it in airlock.set_ech_configs, airlock.set_ech_keys:
            with self.assertRaises(TypeError):
                set_it(context, 7)
            set_it(context, None)

    @unittest.skipIf(engine_has_it(), 'the engine has it')
    def test_the_engine_is_named(self):
        context = client_context()
        for call, value in ((airlock.set_ech_configs, config_list(0)),
                            (airlock.set_ech_keys, key_file(0))):
            with self.assertRaises(ValueError) as caught:
                call(context, value)
            self.assertIn('--config=upstream', str(caught.exception))
        airlock.set_ech_grease(context)
        with self.assertRaises(ValueError) as caught:
            self.wrap_client(context)
        self.assertIn('--config=upstream', str(caught.exception))


@unittest.skipUnless(engine_has_it(), 'the engine does not have it')
class EchTest(TlsTest):
    def setUp(self):
        super(EchTest, self).setUp()
        self.client = client_context()
        self.server = server_context()
        airlock.set_ech_keys(self.server, key_file(0))

    def statuses(self):
        return [airlock.ech_status(end)
                for end in self.connect(self.client, self.server)]

    def test_accepted(self):
        airlock.set_ech_configs(self.client, config_list(0))
        names = []
        set_sni_callback(self.server,
                         lambda end, name, context: names.append(name))
        self.assertEqual(self.statuses(), ['accepted', 'accepted'])
        self.assertEqual(names, ['localhost'])

    def test_text_is_base64_or_pem(self):
        airlock.set_ech_configs(
            self.client, base64.b64encode(config_list(0)).decode('ascii'))
        airlock.set_ech_configs(self.client, key_file(0))
        self.assertEqual(self.statuses(), ['accepted', 'accepted'])

    def test_none_ends_it(self):
        airlock.set_ech_configs(self.client, config_list(0))
        airlock.set_ech_configs(self.client, None)
        self.assertEqual(self.statuses(), ['not offered', 'not offered'])

    def test_grease(self):
        airlock.set_ech_grease(self.client)
        self.assertEqual(self.statuses(), ['grease', 'rejected'])

    def test_older_keys_only_decrypt(self):
        airlock.set_ech_keys(self.server, key_file(1) + key_file(0))
        airlock.set_ech_configs(self.client, config_list(0))
        self.assertEqual(self.statuses(), ['accepted', 'accepted'])

    def test_new_keys_are_for_the_next_connection(self):
        for number in 0, 1:
            airlock.set_ech_keys(self.server, key_file(number))
            airlock.set_ech_configs(self.client, config_list(number))
            self.near, self.far = socket_pair()
            self.addCleanup(self.near.close)
            self.addCleanup(self.far.close)
            self.assertEqual(self.statuses(), ['accepted', 'accepted'])

    def rejection(self, server):
        airlock.set_ech_configs(self.client, config_list(0))
        accepting = Task(self.wrap_server, server)
        with self.assertRaises(ssl.SSLError) as caught:
            self.wrap_client(self.client)
        accepting.result()
        self.assertEqual(caught.exception.reason, 'ECH_REJECTED')
        return airlock.ech_retry_configs(caught.exception)

    def test_rejection_brings_the_next_configurations(self):
        airlock.set_ech_keys(self.server, key_file(1))
        self.assertEqual(self.rejection(self.server), config_list(1))

    def test_rejection_by_a_server_without_keys(self):
        airlock.set_ech_keys(self.server, None)
        self.assertEqual(self.rejection(self.server), b'')


if __name__ == '__main__':
    main()
