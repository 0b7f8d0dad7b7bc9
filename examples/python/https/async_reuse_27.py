#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Gets a page many times over HTTPS with asyncore, for Python 2.7.

usage: async_reuse_27.py [--ca ca.pem] [--tasks 4] [--requests 3] URL

Python 2.7's ssl has no sessions: each task keeps its connection, and with it
its session. Later Pythons: async_reuse.py. Exit status: 0 it worked; 1 a
request failed; 2 wrong usage.
"""
import re
import socket

import command
import stream_27
import tls

REQUEST = 'GET %s HTTP/1.1\r\nHost: %s:%d\r\n\r\n'


class Client(stream_27.Stream):

    def __init__(self, url, requests, context, results):
        self.results, self.requests, self.page = results, requests, ''
        self.host, self.port, self.path = command.address(url)
        family, kind, _, _, address = socket.getaddrinfo(
            self.host, self.port, 0, socket.SOCK_STREAM)[0]
        stream_27.Stream.__init__(self, context.wrap_socket(
            socket.socket(family, kind), server_hostname=self.host,
            do_handshake_on_connect=False))
        self.connect(address)

    def ready(self):
        tls.refuse_wide_names(self.socket.getpeercert())
        self.out = REQUEST % (self.path, self.host, self.port)

    def received(self, data):
        self.page += data
        head, end, body = self.page.partition('\r\n\r\n')
        size = re.search(r'(?im)^content-length: *(\d+)', head)
        if end and not (size and head.split()[1] == '200'):
            raise IOError('no page of a known length: %r' % head[:40])
        if end and len(body) >= int(size.group(1)):
            self.results.append(self.requests)
            self.requests -= 1
            self.page = ''
            self.ready() if self.requests else self.end()

    def closed(self):
        raise IOError('the server closed the connection too early')

    def failed(self, error):
        if self.requests:  # Otherwise it only did not wait for our end.
            self.results.append(error)


def main():
    parser = command.arguments(__doc__)
    parser.add_argument('--tasks', type=int, default=4)
    parser.add_argument('--requests', type=int, default=3, help='per task')
    parser.add_argument('url', type=command.https_url)
    args = parser.parse_args()
    context, results = tls.client_context(args.ca), []
    for _ in range(args.tasks):
        Client(args.url, args.requests, context, results)
    stream_27.loop()
    for error in results:
        if isinstance(error, Exception):
            raise error
    print('%d requests, %d reused' % (len(results), len(results) - args.tasks))


if __name__ == '__main__':
    command.run(main)
