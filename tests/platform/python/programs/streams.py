# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""TLS streams of anyio, over asyncio and over trio: memory BIOs all through.

usage: PYTHON streams.py asyncio|trio
"""
import ssl
import sys

import anyio
from anyio.streams.tls import TLSAttribute, TLSListener, TLSStream

import cases
from cases import CHAIN, CLIENT, KEY, OTHER, ROOT, outcome_of

BACKEND = sys.argv[1]
PORTS = {}
SECONDS = 40


def context(ca=ROOT, **named):
    made = ssl.create_default_context(cafile=ca)
    for name, value in named.items():
        setattr(made, name, value)
    return made


def case(function):
    """A coroutine function is run, with a limit."""
    async def limited():
        with anyio.fail_after(SECONDS):
            return await function()

    cases.add(function.__name__,
              lambda: outcome_of(anyio.run, limited, backend=BACKEND))
    return function


async def connect(server, made=None, name='localhost', standard=True):
    plain = await anyio.connect_tcp('127.0.0.1', PORTS[server])
    try:
        return await TLSStream.wrap(plain, hostname=name,
                                    ssl_context=made or context(),
                                    standard_compatible=standard)
    except BaseException:
        await anyio.aclose_forcefully(plain)
        raise


async def read(stream, size):
    parts = []
    while size:
        part = await stream.receive(min(size, 65536))
        parts.append(part)
        size -= len(part)
    return b''.join(parts)


async def said(stream, line):
    await stream.send(line)
    return await read(stream, len(line)) == line


async def outcome(awaitable):
    try:
        return await awaitable
    except Exception as error:  # pylint: disable=broad-except
        return cases.words(error)


@case
async def facts():
    made = context()
    made.set_alpn_protocols(['h2', 'echo'])
    async with await connect('echo', made) as tls:
        get = tls.extra
        return (get(TLSAttribute.tls_version), get(TLSAttribute.cipher)[1:],
                get(TLSAttribute.alpn_protocol), get(TLSAttribute.server_side),
                get(TLSAttribute.peer_certificate)['subject'],
                len(get(TLSAttribute.peer_certificate_binary)),
                get(TLSAttribute.standard_compatible))


def _refusal(label, server, **named):
    async def refused():
        async with await connect(server, **named):
            return 'connected'
    refused.__name__ = label
    case(refused)


for _server in ('other', 'expired', 'wrong_host', 'no_chain', 'plain', 'alert',
                'close_notify', 'nothing', 'reset', 'mutual12'):
    _refusal('handshake_' + _server, _server)
_refusal('another_ca', 'good', made=context(OTHER))
_refusal('another_name', 'good', name='elsewhere.test')


@case
async def client_certificate():
    made = context()
    made.load_cert_chain(*CLIENT)
    async with await connect('mutual', made) as tls:
        await tls.send(b'GET /about HTTP/1.1\r\nHost: x\r\n\r\n')
        return (await tls.receive()).splitlines()[-1]


@case
async def both_ways():
    line = (b'w' * 9999 + b'\n') * 200
    async with await connect('echo') as tls:
        async with anyio.create_task_group() as group:
            group.start_soon(tls.send, line)
            return await read(tls, len(line)) == line


@case
async def much_is_read():
    async with await connect('echo') as tls:
        await tls.send(b'MUCH\n')
        return await read(tls, 2000001) == b'm' * 2000000 + b'\n'


@case
async def silent_handshake():
    with anyio.move_on_after(0.2) as scope:
        await connect('silent')
    return scope.cancel_called


@case
async def read_is_cancelled():
    async with await connect('echo') as tls:
        with anyio.move_on_after(0.2) as scope:
            await tls.receive()
        return scope.cancel_called, await said(tls, b'still here\n')


@case
async def starttls():
    plain = await anyio.connect_tcp('127.0.0.1', PORTS['starttls'])
    lines = [await plain.receive()]
    await plain.send(b'STARTTLS\n')
    lines.append(await plain.receive())
    async with await TLSStream.wrap(plain, hostname='localhost',
                                    ssl_context=context()) as tls:
        return lines, await said(tls, b'hidden\n')


@case
async def unwrap():
    tls = await connect('echo')
    await tls.send(b'UNWRAP\n')
    end = await outcome(tls.receive())
    plain, left = await tls.unwrap()
    async with plain:
        return end, left + await plain.receive()


@case
async def dropped():
    """The end of the stream without close_notify."""
    seen = []
    for standard in (True, False):
        tls = await connect('echo', standard=standard)
        await tls.send(b'DROP\n')
        seen.append(await outcome(tls.receive()))
        await anyio.aclose_forcefully(tls)
    return seen


@case
async def reset_while_reading():
    tls = await connect('echo')
    await tls.send(b'RESET\n')
    end = await outcome(tls.receive())
    await anyio.aclose_forcefully(tls)
    return end


@case
async def tls_in_tls():
    """A proxy over TLS, and through it a server."""
    outer = await connect('tls_proxy')
    await outer.send(b'CONNECT x:%d HTTP/1.1\r\n\r\n' % PORTS['echo'])
    answer = await outer.receive()
    inner = await TLSStream.wrap(outer, hostname='localhost',
                                 ssl_context=context())
    told = await said(inner, b'inside\n' * 30000)
    await anyio.aclose_forcefully(inner)
    return answer[:12], told


async def _serve(handle, client, standard=True, **named):
    """What both see where the client meets a TLSListener."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(CHAIN, KEY)
    ours.set_alpn_protocols(['echo'])
    for name, value in named.items():
        setattr(ours, name, value)
    ours.load_verify_locations(ROOT)
    plain = await anyio.create_tcp_listener(local_host='127.0.0.1')
    listener = TLSListener(plain, ours, standard_compatible=standard)
    PORTS['ours'] = plain.extra(anyio.abc.SocketAttribute.local_port)
    seen = []

    async def one(stream):
        async with stream:
            seen.append(await outcome(handle(stream)))

    async with anyio.create_task_group() as group:
        group.start_soon(listener.serve, one)
        told = await outcome(client())
        while named.get('verify_mode') is None and not seen:
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    return told, seen


async def _echo(tls):
    await tls.send(await read(tls, 12))
    return (tls.extra(TLSAttribute.tls_version),
            tls.extra(TLSAttribute.alpn_protocol),
            tls.extra(TLSAttribute.server_side))


async def _talk(standard=True, made=None):
    async with await connect('ours', made, standard=standard) as tls:
        return await said(tls, b'to a server\n')


@case
async def server():
    return await _serve(_echo, _talk)


@case
async def server_without_close_notify():
    return await _serve(_echo, lambda: _talk(standard=False), standard=False)


@case
async def server_mutual():
    made = context(maximum_version=ssl.TLSVersion.TLSv1_2)
    made.load_cert_chain(*CLIENT)
    return await _serve(_echo, lambda: _talk(made=made),
                        verify_mode=ssl.CERT_REQUIRED)


@case
async def server_mutual_without():
    made = context(maximum_version=ssl.TLSVersion.TLSv1_2)
    return (await _serve(_echo, lambda: _talk(made=made),
                         verify_mode=ssl.CERT_REQUIRED))[0]


@case
async def server_of_many():
    told = []

    async def echo(tls):
        await tls.send(await read(tls, 60000))

    async def talk(number):
        async with await connect('ours') as tls:
            told.append(await said(tls, b'%02d' % number * 30000))

    async def client():
        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(talk, number)

    await _serve(echo, client)
    return len(told), all(told)


def main():
    PORTS.update(cases.start_peer())
    cases.run()


if __name__ == '__main__':
    main()
