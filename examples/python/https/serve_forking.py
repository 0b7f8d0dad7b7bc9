#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server with a process for each connection.

usage: serve_forking.py --cert cert.pem --key key.pem [--port 9443] DIRECTORY

As serve_threaded.py, but the handshake runs in a child: the parent never has
any TLS of a connection, and so cannot send close_notify into the child's.

Exit status: 0 it was stopped; 1 it could not start; 2 wrong usage.
"""
import os
import signal

try:
    from socketserver import ForkingMixIn
except ImportError:  # Python 2.7.
    from SocketServer import ForkingMixIn

import command
import server
import service
import tls


class ForkingServer(ForkingMixIn, server.TlsServer):
    """finish_request, and the handshake with it, in a child."""

    def finish_request(self, request, client_address):
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, lambda *_: server.TlsServer.stop(self))
        server.TlsServer.finish_request(self, request, client_address)

    def stop(self):
        for child in list(self.active_children or ()):
            os.kill(child, signal.SIGTERM)
        server.TlsServer.stop(self)


def main():
    args = service.arguments(__doc__).parse_args()
    context = tls.server_context(args.cert, args.key)
    service.run(ForkingServer(args, context))


if __name__ == '__main__':
    command.run(main)
