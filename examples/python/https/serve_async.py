#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server with asyncio: a task for each connection.

usage: serve_async.py --cert cert.pem --key key.pem [--port 9443] DIRECTORY

Serves the files of DIRECTORY, with listings; /_tls shows the connection. The
handshake, the request and each write have a deadline. SIGINT and SIGTERM end it
with close_notify to all. Python 3.7 and later; for 2.7: serve_async_27.py.

Exit status: 0 it was stopped; 1 it could not start; 2 wrong usage.
"""
import asyncio
import signal

import command
import service
import tls
from responding import respond


async def serve(args, context):
    tasks, waiting, stop = set(), set(), asyncio.Event()

    async def connected(reader, writer):
        task = asyncio.current_task()
        tasks.add(task)
        waiting.add(task)
        try:
            request = await asyncio.wait_for(reader.readuntil(b'\r\n\r\n'),
                                             tls.TIMEOUT)
            waiting.discard(task)
            await respond(args.root, request, writer)
            writer.close()  # Sends what is left, and close_notify.
            await asyncio.wait_for(writer.wait_closed(), tls.HANDSHAKE)
        except asyncio.TimeoutError:
            writer.transport.abort()
        except (asyncio.CancelledError, asyncio.LimitOverrunError,
                EnvironmentError, EOFError, ValueError):
            pass  # It ends this connection alone.
        finally:
            writer.close()
            tasks.discard(task)
            waiting.discard(task)

    server = await asyncio.start_server(
        connected, args.address, args.port, ssl=context,
        ssl_handshake_timeout=tls.HANDSHAKE)
    for number in signal.SIGINT, signal.SIGTERM:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    service.announce(args.root, server.sockets[0].getsockname())
    await stop.wait()
    server.close()
    for task in waiting:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=tls.TIMEOUT)


def main():
    args = service.arguments(__doc__).parse_args()
    service.check(args)
    asyncio.run(serve(args, tls.server_context(args.cert, args.key)))


if __name__ == '__main__':
    command.run(main)
