# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""airlock.watch in servers of asyncio and aiohttp.

usage: PYTHON watch_asyncio_test.py CERTS     (the folder of testdata's
certificates)
"""
import asyncio
import shutil
import ssl
import sys
import unittest

import airlock
from connections import SECONDS, client_context, main
from watched import Files, subject

try:
    from aiohttp import web
except ImportError:
    web = None


def run(coroutine):
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(asyncio.wait_for(coroutine, SECONDS))
    finally:
        loop.close()


async def met(port):
    """Asks the server at this port; the name in its certificate."""
    reader, writer = await asyncio.open_connection(
        '127.0.0.1', port, ssl=client_context(), server_hostname='localhost')
    writer.write(b'GET / HTTP/1.0\r\n\r\n')
    assert await reader.read()
    name = subject(writer.get_extra_info('ssl_object'))
    writer.close()
    return name


class WatchAsyncioTest(unittest.TestCase):

    def setUp(self):
        self.files = Files('server_p256')
        self.addCleanup(shutil.rmtree, self.files.folder)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.watch = airlock.watch(self.context, self.files.certfile,
                                   self.files.keyfile)

    async def check(self, port):
        """A certificate that changes while clients connect."""
        self.assertEqual(await met(port), 'server_p256')
        for name in ('server_rsa', 'server_p256', 'server_rsa'):
            before = [asyncio.ensure_future(met(port)) for _ in range(10)]
            self.files.put(name)
            self.watch.refresh()
            after = await asyncio.gather(*[met(port) for _ in range(10)])
            self.assertEqual(set(after), {name})
            # Those that were under way end with one or the other.
            self.assertLessEqual(set(await asyncio.gather(*before)),
                                 {'server_p256', 'server_rsa'})

    def test_a_server_of_asyncio(self):
        async def answer(reader, writer):
            writer.write(await reader.readuntil(b'\r\n\r\n'))
            await writer.drain()
            writer.close()

        async def serve():
            server = await asyncio.start_server(answer, '127.0.0.1', 0,
                                                ssl=self.context)
            await self.check(server.sockets[0].getsockname()[1])
            server.close()
            await server.wait_closed()

        run(serve())

    def test_a_server_of_aiohttp(self):
        if web is None:
            # Debian's Python has it; see `setup`.
            self.assertNotEqual(sys.prefix, '/usr')
            self.skipTest('this Python has no aiohttp')

        async def page(_):
            return web.Response(text='a page')

        async def serve():
            application = web.Application()
            application.router.add_get('/', page)
            runner = web.AppRunner(application)
            await runner.setup()
            await web.TCPSite(runner, '127.0.0.1', 0,
                              ssl_context=self.context).start()
            await self.check(runner.addresses[0][1])
            await runner.cleanup()

        run(serve())


if __name__ == '__main__':
    main()
