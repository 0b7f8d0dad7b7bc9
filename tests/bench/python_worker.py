# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A contestant of Python: the `ssl` that is first on its path.

usage: python_worker.py KIND VERSION CERTS BUNDLE; see worker.h. Runs in
Python 2.7, too.
"""

from __future__ import print_function

import os
import resource
import socket
import subprocess
import sys
import time
import warnings

import ssl

CERT_DIR = "/etc/ssl/certs"
WANT = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
wall_time = getattr(time, "perf_counter", time.time)


class Files(object):
    def __init__(self, certs, bundle):
        self.bundle = bundle
        self.chain = os.path.join(certs, "server_p256_chain.pem")
        self.key = os.path.join(certs, "server_p256.key")


def server_context(files):
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    context.load_cert_chain(files.chain, files.key)
    return context


def client_context(files):
    return ssl.create_default_context(cafile=files.bundle)


def shake_hands(client, server):
    ends = [client, server]
    while ends:
        for end in list(ends):
            try:
                end.do_handshake()
                ends.remove(end)
            except WANT:
                pass


def wrapped_server(context, plain):
    return context.wrap_socket(plain, server_side=True,
                               do_handshake_on_connect=False)


def connected(client_of, server):
    """Both ends over a socketpair, with a byte each way."""
    near, far = socket.socketpair()
    if sys.version_info[0] == 2:
        # Python 2's socketpair gives sockets that its ssl cannot wrap.
        near, far = socket.socket(_sock=near), socket.socket(_sock=far)
    near.setblocking(False)
    far.setblocking(False)
    client = client_of(near)
    server = wrapped_server(server, far)
    shake_hands(client, server)
    for end in (client, server):
        end.setblocking(True)
    client.sendall(b"x")
    server.recv(1)
    server.sendall(b"x")
    client.recv(1)
    return client, server


class Bundle(object):
    """wrap_socket with the bundle's path, each time."""

    def __init__(self, files):
        self._files = files
        self._server = server_context(files)

    def _client(self, plain):
        return ssl.wrap_socket(plain, ca_certs=self._files.bundle,
                               cert_reqs=ssl.CERT_REQUIRED,
                               do_handshake_on_connect=False)

    def __call__(self):
        for end in connected(self._client, self._server):
            end.close()


class Reused(object):
    """Contexts that were made once."""

    def __init__(self, files):
        self._context = client_context(files)
        self._server = server_context(files)

    def _client(self, plain):
        return self._context.wrap_socket(plain, server_hostname="localhost",
                                         do_handshake_on_connect=False)

    def connect(self):
        return connected(self._client, self._server)

    def __call__(self):
        for end in self.connect():
            end.close()


class WrapBio(object):
    """Two ends over MemoryBIO."""

    def __init__(self, files):
        self._context = client_context(files)
        self._server = server_context(files)

    def __call__(self):
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self._context.wrap_bio(to_client, to_server,
                                        server_hostname="localhost")
        server = self._server.wrap_bio(to_server, to_client, server_side=True)
        shake_hands(client, server)
        client.write(b"x")
        server.read(1)
        server.write(b"x")
        client.read(1)


class Transfer(object):
    """sendall and recv_into of so many bytes."""

    PIECE = 64 << 10  # Fits into the socket's buffer.

    def __init__(self, files, size):
        self._client, self._server = Reused(files).connect()
        piece = min(size, self.PIECE)
        self._data = b"x" * piece
        self._into = memoryview(bytearray(piece))
        self._pieces = size // piece

    def __call__(self):
        for _ in range(self._pieces):
            self._client.sendall(self._data)
            got = 0
            while got < len(self._into):
                got += self._server.recv_into(self._into[got:])


class DefaultContext(object):
    def __init__(self, _):
        pass

    def __call__(self):
        ssl.create_default_context()


class Import(object):
    """A process that imports ssl; time is that of its children."""

    def __init__(self, _):
        pass

    def __call__(self):
        subprocess.check_call([sys.executable, "-c", "import ssl"])


FIGURES = {
    "py-wrap-bundle": Bundle,
    "py-context-reused": Reused,
    "py-transfer-1KiB": lambda files: Transfer(files, 1 << 10),
    "py-transfer-16KiB": lambda files: Transfer(files, 16 << 10),
    "py-transfer-1MiB": lambda files: Transfer(files, 1 << 20),
    "py-default-context": DefaultContext,
    "py-import": Import,
}
if hasattr(ssl, "MemoryBIO"):
    FIGURES["py-wrap-bio"] = WrapBio
if sys.version_info >= (3, 8):
    import python_asyncio
    FIGURES["py-asyncio"] = lambda files: python_asyncio.Asyncio(
        server_context(files), client_context(files))
CERT_DIR_FIGURE = "py-default-context-cert-dir"


def cpu_time(whose):
    usage = resource.getrusage(whose)
    return usage.ru_utime + usage.ru_stime


def measured(operation, count):
    whose = (resource.RUSAGE_CHILDREN if isinstance(operation, Import)
             else resource.RUSAGE_SELF)
    wall, cpu = wall_time(), cpu_time(whose)
    for _ in range(count):
        operation()
    cpu, wall = cpu_time(whose) - cpu, wall_time() - wall
    # A clock of microseconds may not have moved.
    return "%.0f %.0f -1" % (max(cpu, 1e-9) * 1e9, wall * 1e9)


class Forwarded(object):
    """The same script with SSL_CERT_DIR, which is read when it starts."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable] + sys.argv, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, bufsize=0,
            env=dict(os.environ, SSL_CERT_DIR=CERT_DIR))

    def ask(self, figure, count):
        self._process.stdin.write(
            ("run %s %d\n" % (figure, count)).encode("ascii"))
        self._process.stdin.flush()
        return self._process.stdout.readline().decode("ascii").strip()


def serve(version, names, run):
    """Obeys standard input; `run(name, count)` returns the answer."""
    for line in iter(sys.stdin.readline, ""):
        words = line.split()
        if words[0] == "list":
            print(" ".join("%s/%s" % (name, version) for name in names))
        else:
            print(run(words[1].split("/")[0], int(words[2])))
        sys.stdout.flush()


class Prepared(object):
    """Runs figures, which are made when they are first run."""

    def __init__(self, figures, files):
        self._figures = figures
        self._files = files
        self._made = {}

    def run(self, name, count):
        if name not in self._made:
            self._made[name] = self._figures[name](self._files)
            self._made[name]()
        return measured(self._made[name], count)


def main(_, version, certs, bundle):
    warnings.simplefilter("ignore")
    prepared = Prepared(FIGURES, Files(certs, bundle))
    forwarded = []

    def run(name, count):
        if name != CERT_DIR_FIGURE:
            return prepared.run(name, count)
        if not forwarded:
            forwarded.append(Forwarded())
        return forwarded[0].ask("py-default-context/" + version, count)

    names = sorted(FIGURES)
    if os.path.isdir(CERT_DIR):
        names.append(CERT_DIR_FIGURE)
    serve(version, names, run)


if __name__ == "__main__":
    main(*sys.argv[1:])
