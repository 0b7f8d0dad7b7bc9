# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The answer to an HTTP request, for servers with asyncio."""
import asyncio
from http import HTTPStatus

import pages
import tls

HEAD = ('HTTP/1.1 {0.value} {0.phrase}\r\nContent-Type: {1}\r\n'
        'Content-Length: {2}\r\nX-Content-Type-Options: nosniff\r\n'
        'Connection: close\r\n\r\n')


async def respond(root, request, writer):
    """Answers `request`, which ends with an empty line.

    Raises ValueError for what is not HTTP, OSError or asyncio.TimeoutError if
    the client does not take the answer.
    """
    method, target, _ = request.decode('latin-1').split('\r\n')[0].split(' ')
    if method in ('GET', 'HEAD'):
        answer = pages.answer(root, target, writer.get_extra_info('ssl_object'))
    else:
        answer = pages.page('only GET and HEAD\n', 'text/plain', 405)
    status, kind, size, file = answer
    with file:
        writer.write(HEAD.format(HTTPStatus(status), kind, size).encode())
        while size and method != 'HEAD':
            chunk = file.read(min(size, 65536))
            size -= len(chunk) or size  # Less if the file has shrunk.
            writer.write(chunk)
            await asyncio.wait_for(writer.drain(), tls.TIMEOUT)
