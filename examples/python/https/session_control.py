#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server that controls whether, and how long, clients reuse sessions.

usage: session_control.py --cert cert.pem --key key.pem [--reuse on|off]
                          [--tickets N] [--port 9443] DIRECTORY

As serve_threaded.py; /_tls counts the handshakes of a context, and those that
reused a session. SIGHUP reads certificate and key again and forgets all
sessions. --tickets: how many a TLS 1.3 client gets, in Python 3.8 and later.

Exit status: 0 it was stopped; 1 it could not start; 2 wrong usage.
"""
import signal
import ssl
import sys

import command
import service
import tls
from serve_threaded import ThreadingServer


class ReuseServer(ThreadingServer):
    """Sessions, and the keys of tickets, are a context's: it makes new ones."""

    def __init__(self, args):
        self.args = args
        ThreadingServer.__init__(self, args, self.make_context())

    def make_context(self):
        context = tls.server_context(self.args.cert, self.args.key)
        if self.args.tickets is not None:
            context.num_tickets = self.args.tickets
        return context

    def wrap(self, request):
        # OP_NO_TICKET is not enough: TLS 1.2 has a cache as well.
        context = (self.make_context() if self.args.reuse == 'off'
                   else self.context)
        return context.wrap_socket(request, server_side=True,
                                   do_handshake_on_connect=False)

    def renew(self, *_):
        try:
            self.context = self.make_context()
        except SystemExit as error:  # The old one stays.
            sys.stderr.write('SIGHUP: %s\n' % error)


def main():
    parser = service.arguments(__doc__)
    parser.add_argument('--reuse', choices=['on', 'off'], default='on')
    parser.add_argument('--tickets', type=int, metavar='N')
    args = parser.parse_args()
    if args.tickets is not None and not hasattr(ssl.SSLContext, 'num_tickets'):
        parser.error('--tickets needs Python 3.8')
    server = ReuseServer(args)
    signal.signal(signal.SIGHUP, server.renew)
    service.run(server)


if __name__ == '__main__':
    command.run(main)
