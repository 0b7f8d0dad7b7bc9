#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server with a thread for each connection.

usage: serve_threaded.py --cert cert.pem --key key.pem [--port 9443] DIRECTORY

Serves the files of DIRECTORY, with listings; /_tls shows the connection, and
/_echo returns what is posted to it. Each handshake runs in the connection's
thread and has a deadline. With Airlock, --cert and --key may be env:NAME, text
that is in no file. SIGINT and SIGTERM end it with close_notify to all.

Exit status: 0 it was stopped; 1 it could not start; 2 wrong usage.
"""
try:
    from socketserver import ThreadingMixIn
except ImportError:  # Python 2.7.
    from SocketServer import ThreadingMixIn

import command
import server
import service
import tls


class ThreadingServer(ThreadingMixIn, server.TlsServer):
    """finish_request, and the handshake with it, in a thread."""

    block_on_close = False  # It would keep each thread in Python 3.7 and 3.8.


def main():
    args = service.arguments(__doc__).parse_args()
    context = tls.server_context(args.cert, args.key)
    service.run(ThreadingServer(args, context))


if __name__ == '__main__':
    command.run(main)
