# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A library's own HTTPS server, which server_clients.py tries.

usage: PYTHON servers.py eventlet|gevent|aiohttp|tornado|cheroot

GET gives `a page`, POST what was sent, /ws talks WebSocket where the library
does. One server asks for client certificates, the other does not.
"""
# pylint: disable=wrong-import-order,import-outside-toplevel
import green

import asyncio
import logging
import os
import ssl
import subprocess
import sys
import threading

import cases
from cases import CHAIN, KEY, ROOT


def context(mutual):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(CHAIN, KEY)
    if mutual:
        made.load_verify_locations(ROOT)
        made.verify_mode = ssl.CERT_REQUIRED
    return made


def client_command(ports):
    """The client, with the stock ssl; it prints the outcomes."""
    here = os.path.dirname(os.path.abspath(__file__))
    websocket = green.NAME in ('eventlet', 'aiohttp', 'tornado')
    return [sys.executable, os.path.join(here, 'server_clients.py'),
            str(ports[0]), str(ports[1]), 'websocket' if websocket else '-']


def wait_for_client(ports):
    status = subprocess.call(client_command(ports),
                             env=cases.stock_environment())
    if status:
        sys.exit('The client ended with %d.' % status)


async def wait_for_client_in_loop(ports):
    client = await asyncio.create_subprocess_exec(
        *client_command(ports), env=cases.stock_environment())
    if await client.wait():
        sys.exit('The client ended with %d.' % client.returncode)


def site(environ, start_response):
    """The WSGI application."""
    if environ['wsgi.url_scheme'] != 'https':
        raise ValueError(environ['wsgi.url_scheme'])
    size = int(environ.get('CONTENT_LENGTH') or 0)
    body = environ['wsgi.input'].read(size) if size else b'a page'
    start_response('200 OK', [('Content-Type', 'text/plain'),
                              ('Content-Length', str(len(body)))])
    return [body]


def run_eventlet():
    import eventlet.websocket
    import eventlet.wsgi

    @eventlet.websocket.WebSocketWSGI
    def talk(peer):
        for message in iter(peer.wait, None):
            peer.send(message)

    def route(environ, start_response):
        if environ['PATH_INFO'] == '/ws':
            return talk(environ, start_response)
        return site(environ, start_response)

    ports = []
    for mutual in (False, True):
        # What eventlet's own documentation shows.
        named = {'ca_certs': ROOT, 'cert_reqs': ssl.CERT_REQUIRED}
        listener = eventlet.wrap_ssl(
            eventlet.listen(('127.0.0.1', 0), backlog=50), certfile=CHAIN,
            keyfile=KEY, server_side=True, **(named if mutual else {}))
        ports.append(listener.getsockname()[1])
        eventlet.spawn(eventlet.wsgi.server, listener, route, log_output=False)
    wait_for_client(ports)


def run_gevent():
    from gevent.pywsgi import WSGIServer
    servers = []
    for mutual in (False, True):
        server = WSGIServer(('127.0.0.1', 0), site, log=None, error_log=None,
                            ssl_context=context(mutual))
        server.start()
        servers.append(server)
    wait_for_client([server.server_port for server in servers])
    for server in servers:
        server.stop(timeout=1)


def run_cheroot():
    from cheroot import wsgi
    from cheroot.ssl.builtin import BuiltinSSLAdapter
    servers = []
    for mutual in (False, True):
        server = wsgi.Server(('127.0.0.1', 0), site, numthreads=8)
        server.error_log = lambda *_, **__: None
        server.ssl_adapter = BuiltinSSLAdapter(CHAIN, KEY)
        server.ssl_adapter.context = context(mutual)
        server.prepare()
        threading.Thread(target=server.serve, daemon=True).start()
        servers.append(server)
    wait_for_client([server.bind_addr[1] for server in servers])
    for server in servers:
        server.stop()


async def run_aiohttp():
    from aiohttp import web

    async def page(asked):
        body = await asked.read() or b'a page'
        return web.Response(body=body)

    async def talk(asked):
        peer = web.WebSocketResponse()
        await peer.prepare(asked)
        async for message in peer:
            await peer.send_str(message.data)
        return peer

    application = web.Application(client_max_size=1 << 26)
    application.router.add_get('/ws', talk)
    application.router.add_route('*', '/{tail:.*}', page)
    runner = web.AppRunner(application)
    await runner.setup()
    for mutual in (False, True):
        await web.TCPSite(runner, '127.0.0.1', 0,
                          ssl_context=context(mutual)).start()
    await wait_for_client_in_loop([address[1] for address in runner.addresses])
    await runner.cleanup()


async def run_tornado():
    from tornado import httpserver, netutil, web, websocket
    logging.disable(logging.CRITICAL)

    class Page(web.RequestHandler):
        def get(self):
            self.write('a page')

        def post(self):
            self.write(self.request.body)

    class Talk(websocket.WebSocketHandler):
        def on_message(self, message):
            self.write_message(message)

    application = web.Application([('/ws', Talk), ('.*', Page)])
    ports = []
    for mutual in (False, True):
        server = httpserver.HTTPServer(application, ssl_options=context(mutual),
                                       max_buffer_size=1 << 26)
        sockets = netutil.bind_sockets(0, '127.0.0.1')
        server.add_sockets(sockets)
        ports.append(sockets[0].getsockname()[1])
    await wait_for_client_in_loop(ports)


def main():
    run = globals()['run_' + green.NAME]
    if asyncio.iscoroutinefunction(run):
        asyncio.run(run())
    else:
        run()


if __name__ == '__main__':
    main()
