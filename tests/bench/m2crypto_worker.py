# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A contestant of Python: Debian's M2Crypto, over the system's OpenSSL.

usage: m2crypto_worker.py KIND VERSION CERTS BUNDLE; see worker.h. Its figures
are those of python_worker.py that M2Crypto has a counterpart of.
"""

import socket
import sys

from M2Crypto import SSL

import python_worker


class Reused(object):
    """Contexts that were made once."""

    def __init__(self, files):
        self._server = SSL.Context("tls")
        self._server.load_cert_chain(files.chain, files.key)
        self._client = SSL.Context("tls")
        self._client.load_verify_locations(files.bundle)
        self._client.set_verify(
            SSL.verify_peer | SSL.verify_fail_if_no_peer_cert, 10)

    def connect(self):
        near, far = socket.socketpair()
        near.setblocking(False)
        far.setblocking(False)
        client = SSL.Connection(self._client, near)
        server = SSL.Connection(self._server, far)
        # OpenSSL compares the name during the handshake.
        client.set_post_connection_check_callback(None)
        client.setup_ssl()
        server.setup_ssl()
        client.set1_host("localhost")
        client.set_tlsext_host_name("localhost")
        client.set_connect_state()
        server.set_accept_state()
        # 0: it would block.
        ends = [client.connect_ssl, server.accept_ssl]
        while ends:
            ends = [end for end in ends if end() != 1]
        near.setblocking(True)
        far.setblocking(True)
        client.send(b"x")
        server.recv(1)
        server.send(b"x")
        client.recv(1)
        return client, server

    def __call__(self):
        for end in self.connect():
            end.close()
            end.socket.close()


class Transfer(object):
    """send and recv of so many bytes."""

    PIECE = python_worker.Transfer.PIECE

    def __init__(self, files, size):
        self._client, self._server = Reused(files).connect()
        piece = min(size, self.PIECE)
        self._data = b"x" * piece
        self._pieces = size // piece

    def __call__(self):
        size = len(self._data)
        for _ in range(self._pieces):
            sent = 0
            while sent < size:
                sent += self._client.send(self._data[sent:])
            got = 0
            while got < size:
                got += len(self._server.recv(size - got))


FIGURES = {
    "py-context-reused": Reused,
    "py-transfer-16KiB": lambda files: Transfer(files, 16 << 10),
    "py-transfer-1MiB": lambda files: Transfer(files, 1 << 20),
}


def main(_, version, certs, bundle):
    prepared = python_worker.Prepared(FIGURES,
                                      python_worker.Files(certs, bundle))
    python_worker.serve(version, sorted(FIGURES), prepared.run)


main(*sys.argv[1:])
