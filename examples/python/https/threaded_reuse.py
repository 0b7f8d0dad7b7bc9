#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Gets a page many times over HTTPS, in threads that share TLS sessions.

usage: threaded_reuse.py [--ca ca.pem] [--threads 4] [--requests 3] URL

Each request has a connection of its own, which resumes the session that an
earlier one left. Python 2.7's ssl has no sessions: there each thread keeps its
connection. Exit status: 0 it worked; 1 a request failed; 2 wrong usage.
"""
from multiprocessing.pool import ThreadPool

import command
import tls

try:
    from http.client import HTTPException, HTTPSConnection
    from resuming import ResumingContext
except ImportError:  # Python 2.7.
    from httplib import HTTPException, HTTPSConnection
    ResumingContext = None


def get(connection, path, context):
    """Gives whether the connection, or its session, was there before."""
    reused = connection.sock is not None
    if not reused:
        connection.connect()
    secure = connection.sock
    connection.request('GET', path)
    response = connection.getresponse()
    if ResumingContext:
        reused = secure.session_reused
        context.keep(secure)
    response.read()  # What a program would use.
    if response.status != 200:
        raise HTTPException('%d %s' % (response.status, response.reason))
    if ResumingContext:
        connection.close()
    return reused


def main():
    parser = command.arguments(__doc__)
    parser.add_argument('--threads', type=int, default=4)
    parser.add_argument('--requests', type=int, default=3, help='per thread')
    parser.add_argument('url', type=command.https_url)
    args = parser.parse_args()
    context = tls.client_context(args.ca,
                                 kind=ResumingContext or tls.ClientContext)
    host, port, path = command.address(args.url)

    def work(_):
        connection = HTTPSConnection(host, port, timeout=tls.TIMEOUT,
                                     context=context)
        return [get(connection, path, context) for _ in range(args.requests)]

    pool = ThreadPool(args.threads)
    try:
        reused = sum(pool.map(work, range(args.threads)), [])
    finally:
        pool.close()
        pool.join()
    print('%d requests, %d reused' % (len(reused), sum(reused)))


if __name__ == '__main__':
    command.run(main)
