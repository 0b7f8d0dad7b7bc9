#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Gets a page many times over HTTPS with asyncio, and resumes sessions.

usage: async_reuse.py [--ca ca.pem] [--tasks 4] [--requests 3] URL

Each request has a connection of its own, which resumes the session that an
earlier one left. Python 3.7 and later; 2.7 has async_reuse_27.py. Exit status:
0 it worked; 1 a request failed; 2 wrong usage.
"""
import asyncio

import command
import resuming
import tls

REQUEST = 'GET {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n\r\n'


async def get(url, context):
    """Gives whether the session was resumed."""
    host, port, path = command.address(url)
    reader, writer = await asyncio.open_connection(
        host, port, ssl=context, server_hostname=host,
        ssl_handshake_timeout=tls.HANDSHAKE)
    try:
        writer.write(REQUEST.format(path, host, port).encode())
        status = await reader.readline()
        connection = writer.get_extra_info('ssl_object')
        context.keep(connection)
        while await reader.read(65536):
            pass  # The body, which a program would use.
        if status.split()[1:2] != [b'200']:
            raise OSError('the server answered %r' % status)
        return connection.session_reused
    finally:
        writer.close()


async def work(args, context):
    try:
        return [await asyncio.wait_for(get(args.url, context), tls.TIMEOUT)
                for _ in range(args.requests)]
    except asyncio.TimeoutError:  # No OSError before Python 3.11.
        raise OSError('no answer within %d seconds' % tls.TIMEOUT)


async def work_all(args):
    context = tls.client_context(args.ca, kind=resuming.ResumingContext)
    # All end before one's failure is raised: it would cancel the others.
    done = await asyncio.gather(*[work(args, context)
                                  for _ in range(args.tasks)],
                                return_exceptions=True)
    for failure in done:
        if isinstance(failure, Exception):
            raise failure
    reused = sum(done, [])
    print('%d requests, %d reused' % (len(reused), sum(reused)))


def main():
    parser = command.arguments(__doc__)
    parser.add_argument('--tasks', type=int, default=4)
    parser.add_argument('--requests', type=int, default=3, help='per task')
    parser.add_argument('url', type=command.https_url)
    asyncio.run(work_all(parser.parse_args()))


if __name__ == '__main__':
    command.run(main)
