# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The figure of asyncio, whose syntax Python 2 does not know."""

import asyncio


class Asyncio(object):
    """A stream's write of 16 KiB, and its read at the other end."""

    SIZE = 16 << 10

    def __init__(self, server, client):
        self._server_context = server
        self._client_context = client
        self._loop = asyncio.new_event_loop()
        self._data = b"x" * self.SIZE
        self._loop.run_until_complete(self._connect())

    async def _connect(self):
        accepted = self._loop.create_future()
        server = await asyncio.start_server(
            lambda *ends: accepted.set_result(ends), "127.0.0.1", 0,
            ssl=self._server_context)
        port = server.sockets[0].getsockname()[1]
        _, self._writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=self._client_context,
            server_hostname="localhost")
        self._reader = (await accepted)[0]
        self._server = server

    async def _transfer(self):
        self._writer.write(self._data)
        await asyncio.gather(self._writer.drain(),
                             self._reader.readexactly(self.SIZE))

    def __call__(self):
        self._loop.run_until_complete(self._transfer())
