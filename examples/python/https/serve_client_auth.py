#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server for clients that have a certificate.

usage: serve_client_auth.py --cert cert.pem --key key.pem --client-ca ca.pem
                            [--allow NAME ...] [--port 9443] DIRECTORY

As serve_threaded.py, but a client without a certificate of --client-ca fails in
the handshake. With --allow, it must also have one of these common names: to be
of the CA is often not enough. /_tls shows the certificate.

Exit status: 0 it was stopped; 1 it could not start; 2 wrong usage.
"""
import command
import handler
import pages
import service
import tls
import view
from serve_threaded import ThreadingServer


class Guard(handler.Handler):
    """Answers 403 to a certificate whose common name is not in `allowed`."""

    allowed = frozenset()

    def reply(self, *answer):
        subject = view.subject(self.connection.getpeercert())
        names = subject.get('commonName', ())
        if self.allowed and self.allowed.isdisjoint(names):
            answer[-1].close()
            answer = pages.page(u'this certificate may not come in\n',
                                'text/plain', 403)
        handler.Handler.reply(self, *answer)


def main():
    parser = service.arguments(__doc__)
    parser.add_argument('--client-ca', metavar='SOURCE', required=True,
                        help='the CA of the clients, a file or env:NAME')
    parser.add_argument('--allow', metavar='NAME', action='append', default=[],
                        help='a common name that may come in; default: all')
    args = parser.parse_args()
    Guard.allowed = frozenset(args.allow)
    context = tls.server_context(args.cert, args.key, args.client_ca)
    service.run(ThreadingServer(args, context, Guard))


if __name__ == '__main__':
    command.run(main)
