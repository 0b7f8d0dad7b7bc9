# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sockets of `ssl`, as threads, eventlet and gevent have them.

usage: PYTHON sockets.py threads|eventlet|gevent
"""
# pylint: disable=wrong-import-order
import green

import contextlib
import select
import smtplib
import socket
import ssl
import threading

import cases
import socket_servers  # pylint: disable=unused-import
from cases import CLIENT, OTHER, ROOT, case, outcome_of
from socket_peers import PORTS, SOON, connection, context, read, said


@case
def facts():
    made = context()
    made.set_alpn_protocols(['h2', 'echo'])
    with connection('echo', made) as tls:
        return (tls.version(), tls.cipher()[1:], tls.selected_alpn_protocol(),
                tls.compression(), tls.server_hostname, tls.server_side,
                tls.getpeercert()['subject'], len(tls.getpeercert(True)),
                tls.gettimeout(), type(tls).__name__)


def _refusal(label, server, **named):
    def connect():
        with connection(server, **named):
            return 'connected'
    cases.add(label, lambda: outcome_of(connect))


for _server in ('other', 'expired', 'wrong_host', 'no_chain', 'plain', 'alert',
                'close_notify', 'nothing', 'reset', 'mutual12'):
    _refusal('handshake_' + _server, _server)
_refusal('another_ca', 'good', made=context(OTHER))
_refusal('another_name', 'good', name='elsewhere.test')
_refusal('handshake_silent', 'silent', timeout=SOON)


@case
def client_certificate():
    made = context()
    made.load_cert_chain(*CLIENT)
    with connection('mutual', made) as tls:
        tls.sendall(b'GET /about HTTP/1.1\r\nHost: x\r\n\r\n')
        return tls.recv(4096).splitlines()[-1]


@case
def much_is_read():
    with connection('echo') as tls:
        tls.sendall(b'MUCH\n')
        return read(tls, 2000001) == b'm' * 2000000 + b'\n'


@case
def read_into():
    with connection('echo') as tls:
        tls.sendall(b'into\n')
        room = bytearray(20)
        count = tls.recv_into(room)
        count += tls.recv_into(memoryview(room)[count:]) if count < 5 else 0
        tls.sendall(memoryview(b'more\n'))
        stream = tls.makefile('rb')
        return count, bytes(room[:5]), stream.readline()


@case
def line_by_line():
    with connection('echo') as tls:
        with tls.makefile('rwb') as stream:
            for number in range(50):
                stream.write(b'%d\n' % number * 30)
            stream.flush()
            return sum(len(stream.readline()) for _ in range(1500))


def both_ways():
    """One writes and another reads at the same time."""
    size = 3000000
    line = (b'w' * 9999 + b'\n') * (size // 10000)
    with connection('echo') as tls:
        writer = threading.Thread(target=tls.sendall, args=(line,))
        writer.start()
        got = read(tls, len(line))
        writer.join()
        return got == line


if green.NAME != 'threads':  # Stock loses data there; see threads_test.py.
    case(both_ways)


@case
def read_times_out():
    with connection('echo') as tls:
        tls.settimeout(SOON)
        missed = outcome_of(tls.recv, 1)
        tls.settimeout(40)
        return missed, said(tls, b'still here\n')


@case
def not_blocking():
    with connection('echo') as tls:
        tls.setblocking(False)
        try:
            tls.recv(1)
            return 'read something'
        except ssl.SSLWantReadError:
            pass
        tls.sendall(b'x\n')
        while True:
            select.select([tls], [], [], 40)
            try:
                return tls.recv(2)
            except ssl.SSLWantReadError:
                pass


@case
def handshake_later():
    with connection('echo', do_handshake_on_connect=False) as tls:
        before = tls.version()
        tls.do_handshake()
        tls.do_handshake()
        return before, tls.version(), said(tls, b'later\n')


@case
def handshake_never_asked_for():
    with connection('echo', do_handshake_on_connect=False) as tls:
        return outcome_of(said, tls, b'implied\n')


@case
def wrap_then_connect():
    with contextlib.closing(context().wrap_socket(
            socket.socket(), server_hostname='localhost')) as tls:
        early = outcome_of(tls.recv, 1)
        tls.settimeout(40)
        tls.connect(('127.0.0.1', PORTS['echo']))
        return early, said(tls, b'connected\n')


@case
def connect_fails():
    free = socket.create_server(('127.0.0.1', 0))
    address = free.getsockname()
    free.close()
    with contextlib.closing(context().wrap_socket(
            socket.socket(), server_hostname='localhost')) as tls:
        return outcome_of(tls.connect, address), tls.connect_ex(address) != 0


@case
def starttls():
    with socket.create_connection(('127.0.0.1', PORTS['starttls'])) as plain:
        plain.settimeout(40)
        lines = [plain.recv(6)]
        plain.sendall(b'STARTTLS\n')
        lines.append(plain.recv(3))
        with context().wrap_socket(plain, server_hostname='localhost') as tls:
            return lines, said(tls, b'hidden\n')


@case
def smtp():
    with smtplib.SMTP('localhost', PORTS['smtp'], timeout=40) as client:
        return client.starttls(context=context())[0], client.noop()


@case
def unwrap():
    with connection('echo') as tls:
        tls.sendall(b'UNWRAP\n')
        end = outcome_of(tls.recv, 1)
        plain = tls.unwrap()
        with contextlib.closing(plain):
            return end, type(plain) is type(tls), plain.recv(12)


@case
def dropped():
    """The end of the stream without close_notify."""
    seen = []
    for ragged in (True, False):
        with connection('echo', suppress_ragged_eofs=ragged) as tls:
            tls.sendall(b'DROP\n')
            seen.append(outcome_of(tls.recv, 1))
            seen.append(outcome_of(tls.recv, 1))
    return seen


@case
def reset_while_reading():
    with connection('echo') as tls:
        tls.sendall(b'RESET\n')
        return outcome_of(tls.recv, 1)


@case
def file_outlives_socket():
    with connection('echo') as tls:
        stream = tls.makefile('rb')
        tls.sendall(b'one\ntwo\n')
        tls.close()
        with stream:
            return stream.readline(), stream.readline()


@case
def after_close():
    with connection('echo') as tls:
        tls.close()
        return [outcome_of(call) for call in (
            lambda: tls.recv(1), lambda: tls.send(b'x'), tls.fileno)]


@case
def session_is_resumed():
    made = context()
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    with connection('tls12', made) as tls:
        session, first = tls.session, tls.session_reused
    with connection('tls12', made, session=session) as tls:
        return first, tls.session_reused


@case
def old_interface():
    """ssl.wrap_socket, where this Python has it."""
    if not hasattr(ssl, 'wrap_socket'):
        return None
    seen = []
    for ca in (ROOT, OTHER):
        plain = socket.create_connection(('127.0.0.1', PORTS['echo']))
        with contextlib.closing(plain):
            seen.append(outcome_of(
                lambda p=plain, c=ca: said(ssl.wrap_socket(
                    p, ca_certs=c, cert_reqs=ssl.CERT_REQUIRED), b'old\n')))
    return seen


@case
def fetched_certificate():
    text = ssl.get_server_certificate(('127.0.0.1', PORTS['good']))
    with open(cases.cert('server_p256.pem'), encoding='ascii') as expected:
        return text.strip() in expected.read()


def main():
    PORTS.update(cases.start_peer())
    cases.run()


if __name__ == '__main__':
    main()
