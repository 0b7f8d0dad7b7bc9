# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Connections of `ssl` to peer.py's servers, for sockets.py."""
import contextlib
import socket
import ssl

from cases import ROOT

PORTS = {}
SOON = 0.3  # Seconds until what never answers is given up.


def context(ca=ROOT):
    return ssl.create_default_context(cafile=ca)


@contextlib.contextmanager
def connection(server, made=None, name='localhost', timeout=40, **named):
    plain = socket.create_connection(('127.0.0.1', PORTS[server]))
    plain.settimeout(timeout)
    with contextlib.closing(plain):
        tls = (made or context()).wrap_socket(plain, server_hostname=name,
                                              **named)
        with contextlib.closing(tls):
            yield tls


def read(tls, size):
    parts = []
    while size:
        part = tls.recv(min(size, 65536))
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b''.join(parts)


def said(tls, line):
    tls.sendall(line)
    return read(tls, len(line)) == line
