#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server with asyncore, for Python 2.7: one thread for all clients.

usage: serve_async_27.py --cert cert.pem --key key.pem [--port 9443] DIRECTORY

Serves the files of DIRECTORY, with listings; /_tls shows the connection. The
handshake, the request and each write have a deadline. SIGINT and SIGTERM end it
with close_notify to all. Later Pythons: serve_async.py.

Exit status: 0 it was stopped; 1 it could not start; 2 wrong usage.
"""
import sys
import time

import command
import listener_27
import pages
import service
import stream_27
import tls

HEAD = ('HTTP/1.1 %d .\r\nContent-Type: %s\r\nContent-Length: %d\r\n'
        'X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n')


class Connection(stream_27.Stream):

    root, request = None, ''

    def ready(self):
        pass  # The client talks first.

    def received(self, data):
        self.request += data
        if len(self.request) > 65536:
            raise ValueError('the request is too long')
        if '\r\n\r\n' in self.request:
            method, target, _ = self.request.split('\r\n')[0].split(' ')
            answer = pages.page(u'only GET and HEAD\n', 'text/plain', 405)
            if method in ('GET', 'HEAD'):
                answer = pages.answer(self.root, target, self.socket)
            self.out, self.file = HEAD % answer[:3], answer[3]
            self.left = 0 if method == 'HEAD' else answer[2]
            self.end()

    def more(self):
        self.deadline = time.time() + tls.TIMEOUT
        chunk = self.file.read(min(self.left, 65536))
        self.left -= len(chunk)
        return chunk

    def failed(self, error):
        sys.stderr.write('%r\n' % str(error))


def main():
    args = service.arguments(__doc__).parse_args()
    service.check(args)
    Connection.root = args.root
    context = tls.server_context(args.cert, args.key)
    service.run(listener_27.Listener(args, context, Connection))


if __name__ == '__main__':
    command.run(main)
