# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What passes for a connection.

usage: PYTHON close_notify_test.py FOLDER      (any Python from 2.7 on)

FOLDER is that of the test certificates. The module `_ssl` to test is
first on the path.
"""
import os
import socket
import ssl
import sys
import unittest

FOLDER = os.path.abspath(sys.argv.pop(1))
# An alert in the clear, which an attacker on the network can send.
CLOSE_NOTIFY = b'\x15\x03\x03\x00\x02\x01\x00'


def path(name):
    return os.path.join(FOLDER, name)


def context(server=False):
    made = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    if server:
        made.load_cert_chain(path('server_rsa_chain.pem'),
                             path('server_rsa.key'))
    else:
        made.verify_mode = ssl.CERT_REQUIRED
        made.check_hostname = True
        made.load_verify_locations(path('ca.pem'))
    return made


def pair():
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    near = socket.create_connection(listener.getsockname(), 30)
    far = listener.accept()[0]
    far.settimeout(30)
    listener.close()
    return near, far


ASYNCIO = '''
import asyncio

async def answer(reader, writer):
    await reader.read(1)
    writer.write(CLOSE_NOTIFY)
    await reader.read()
    writer.close()

async def connect():
    server = await asyncio.start_server(answer, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    try:
        await asyncio.open_connection('127.0.0.1', port, ssl=context(),
                                      server_hostname='localhost')
    finally:
        server.close()
'''


class CloseNotifyTest(unittest.TestCase):
    """In place of the peer's flight there comes a close_notify."""

    def expect_error(self, server, operate, **options):
        near, far = pair()
        try:
            far.sendall(CLOSE_NOTIFY)
            if not server:
                options['server_hostname'] = 'localhost'
            with self.assertRaises(ssl.SSLError) as caught:
                operate(context(server).wrap_socket(near, server_side=server,
                                                    **options))
            self.assertIsInstance(caught.exception, ssl.SSLZeroReturnError)
        finally:
            near.close()
            far.close()

    def test_wrap_socket(self):
        for server in (False, True):
            self.expect_error(server, lambda made: None)

    def test_later_operations(self):
        for server in (False, True):
            for operate in (lambda s: s.do_handshake(),
                            lambda s: s.recv(1),
                            lambda s: s.recv_into(bytearray(1)),
                            lambda s: s.send(b'x'),
                            lambda s: s.sendall(b'x' * 100)):
                self.expect_error(server, operate,
                                  do_handshake_on_connect=False)

    @unittest.skipUnless(hasattr(ssl, 'MemoryBIO'), 'Python 2.7 has no BIOs')
    def test_bios(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        made = context().wrap_bio(incoming, outgoing,
                                  server_hostname='localhost')
        self.assertRaises(ssl.SSLWantReadError, made.do_handshake)
        incoming.write(CLOSE_NOTIFY)
        for operate in (made.do_handshake, made.do_handshake,
                        lambda: made.write(b'x'), lambda: made.read(1)):
            self.assertRaises(ssl.SSLZeroReturnError, operate)
        self.assertIsNone(made.version())

    @unittest.skipUnless(sys.version_info >= (3, 7), 'no asyncio.run')
    def test_asyncio(self):
        names = dict(globals())
        exec(ASYNCIO, names)  # Its syntax is an error in Python 2.
        with self.assertRaises(OSError) as caught:
            names['asyncio'].run(names['connect']())
        self.assertNotIsInstance(caught.exception, ValueError)


if __name__ == '__main__':
    unittest.main()
