# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The servers that the programs talk to, with the stock ssl.

Prints the ports of all of them as a line of JSON; ends when its input does.
"""
import json
import select
import socket
import ssl
import struct
import sys
import threading

from cases import ROOT, cert

_IDLE = 50  # Seconds until a connection that says nothing is dropped.


def context(name='server_p256', chain='server_p256_chain', ca=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(cert(chain + '.pem'), cert(name + '.key'))
    made.set_alpn_protocols(['http/1.1', 'echo'])
    made.names = {}
    made.sni_callback = lambda tls, said, _: made.names.update({id(tls): said})
    if ca:
        made.load_verify_locations(ca)
        made.verify_mode = ssl.CERT_REQUIRED
    return made


def drop(tls):
    """Ends the connection without close_notify."""
    socket.socket(fileno=tls.detach()).close()


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack('ii', 1, 0))
    drop(sock)


class Http:
    """HTTP/1.1 on one connection, with what a test may ask for as path."""

    def __init__(self, tls, number, names):
        self.tls, self.number = tls, number
        self.sni = names.pop(id(tls), None)
        self.stream = tls.makefile('rb')

    def head(self):
        """(method, path, headers), or None where the client is gone."""
        line = self.stream.readline().split()
        headers = {}
        while line:
            field = self.stream.readline().decode('latin-1').strip()
            if not field:
                return line[0].decode(), line[1].decode(), headers
            key, _, value = field.partition(':')
            headers[key.strip().lower()] = value.strip()
        return None

    def body(self, headers):
        if headers.get('expect', '').lower() == '100-continue':
            self.tls.sendall(b'HTTP/1.1 100 Continue\r\n\r\n')
        if headers.get('transfer-encoding', '').lower() == 'chunked':
            parts = []
            while True:
                size = int(self.stream.readline().split(b';')[0], 16)
                parts.append(self.stream.read(size))
                self.stream.readline()
                if not size:
                    return b''.join(parts)
        return self.stream.read(int(headers.get('content-length', 0)))

    def answer(self, body, status='200 OK', *fields):
        head = 'HTTP/1.1 %s\r\nContent-Length: %d\r\n' % (status, len(body))
        head += ''.join(field + '\r\n' for field in fields) + '\r\n'
        self.tls.sendall(head.encode() + body)

    def about(self):
        peer = self.tls.getpeercert() if self.tls.context.verify_mode else None
        subject = dict(x[0] for x in peer['subject']) if peer else {}
        return '%s %s %s %s' % (self.tls.version(), self.sni,
                                self.tls.selected_alpn_protocol(),
                                subject.get('commonName'))

    def serve(self):
        while True:
            asked = self.head()
            if not asked:
                return self.tls.unwrap().close()
            _, path, headers = asked
            body = self.body(headers)
            if path == '/about':
                self.answer(self.about().encode())
            elif path == '/connection':
                self.answer(b'%d' % self.number)
            elif path == '/echo':
                self.answer(body)
            elif path == '/redirect':
                self.answer(b'', '302 Found', 'Location: /about')
            elif path == '/chunked':
                self.tls.sendall(b'HTTP/1.1 200 OK\r\n'
                                 b'Transfer-Encoding: chunked\r\n\r\n')
                for number in range(40):
                    part = bytes([65 + number % 26]) * (1 + number * 701)
                    self.tls.sendall(b'%x\r\n%s\r\n' % (len(part), part))
                self.tls.sendall(b'0\r\n\r\n')
            elif path == '/until_close':
                self.tls.sendall(b'HTTP/1.1 200 OK\r\n'
                                 b'Connection: close\r\n\r\n' + b'z' * 50000)
                self.tls = self.tls.unwrap()
                return
            elif path == '/until_eof':
                self.tls.sendall(b'HTTP/1.1 200 OK\r\n'
                                 b'Connection: close\r\n\r\n' + b'z' * 50000)
                return drop(self.tls)
            elif path == '/cut':
                self.tls.sendall(b'HTTP/1.1 200 OK\r\n'
                                 b'Content-Length: 9000\r\n\r\n' + b'z' * 5000)
                return drop(self.tls)
            elif path == '/reset':
                return reset(self.tls)
            elif path == '/silent':
                self.stream.read()  # Until the client gives up.
                return
            else:
                self.answer(b'a page')


def serve_http(made):
    numbers = iter(range(1000000))

    def handle(plain):
        tls = made.wrap_socket(plain, server_side=True)
        Http(tls, next(numbers), made.names).serve()
    return handle


def serve_echo(made):
    """Sends back lines; some of them say what else to do."""
    def handle(plain):
        tls = made.wrap_socket(plain, server_side=True)
        stream = tls.makefile('rb')
        for line in stream:
            if line == b'DROP\n':
                return drop(tls)
            if line == b'RESET\n':
                return reset(tls)
            if line == b'UNWRAP\n':
                plain = tls.unwrap()
                plain.sendall(b'plain again\n')
                return plain.close()
            if line == b'MUCH\n':
                tls.sendall(b'm' * 2000000 + b'\n')
            else:
                tls.sendall(line)
        return tls.unwrap().close()
    return handle


def serve_starttls(made):
    def handle(plain):
        plain.sendall(b'hello\n')
        if plain.recv(99) != b'STARTTLS\n':
            return
        plain.sendall(b'go\n')
        serve_echo(made)(plain)
    return handle


def serve_smtp(made):
    def handle(plain):
        plain.sendall(b'220 hello\r\n')
        stream = plain.makefile('rb')
        for line in stream:
            word = line.strip().upper()[:8]
            if word[:4] == b'EHLO':
                plain.sendall(b'250-hello\r\n250 STARTTLS\r\n')
            elif word == b'STARTTLS':
                plain.sendall(b'220 go\r\n')
                plain = made.wrap_socket(plain, server_side=True)
                stream = plain.makefile('rb')
                for line in stream:
                    plain.sendall(b'221 bye\r\n' if line.startswith(b'QUIT')
                                  else b'250 ok\r\n')
                return
            else:
                plain.sendall(b'250 ok\r\n')
    return handle


def _relay(near, far):
    """Copies both ways until one side ends, in this one thread.

    Two threads in one SSLSocket lose data with a stock ssl older than 3.13.
    """
    while True:
        ready = getattr(near, 'pending', int)() and [near]
        ready = ready or select.select([near, far], [], [], _IDLE)[0]
        for source, target in ((near, far), (far, near)):
            if source in ready:
                data = source.recv(65536)
                if not data:
                    return
                target.sendall(data)
        if not ready:
            return


def serve_proxy(made=None, status=b'200 OK'):
    """CONNECT, for loopback only; with a context, over TLS."""
    def handle(plain):
        if made:
            plain = made.wrap_socket(plain, server_side=True)
        head = b''
        while b'\r\n\r\n' not in head:
            data = plain.recv(1)
            if not data:
                return
            head += data
        port = int(head.split()[1].rpartition(b':')[2])
        plain.sendall(b'HTTP/1.1 ' + status + b'\r\n\r\n')
        if not status.startswith(b'200'):
            return
        with socket.create_connection(('127.0.0.1', port)) as far:
            _relay(plain, far)
    return handle


def serve_bytes(data, then=lambda plain: None):
    """Answers a ClientHello with `data`."""
    def handle(plain):
        plain.recv(65536)
        plain.sendall(data)
        then(plain)
    return handle


def _only(made, version):
    made.minimum_version = made.maximum_version = version
    return made


def _silent(plain):
    while plain.recv(65536):
        pass


SERVERS = {
    'good': lambda: serve_http(context()),
    'tls12': lambda: serve_http(_only(context(), ssl.TLSVersion.TLSv1_2)),
    'rsa': lambda: serve_http(context('server_rsa', 'server_rsa_chain')),
    'other': lambda: serve_http(context('server_other', 'server_other')),
    'wrong_host': lambda: serve_http(context('wrong_host', 'wrong_host')),
    'expired': lambda: serve_http(context('expired', 'expired')),
    'self_signed': lambda: serve_http(context('self_signed', 'self_signed')),
    'no_chain': lambda: serve_http(context('server_p256', 'server_p256')),
    'mutual': lambda: serve_http(context(ca=ROOT)),
    'mutual12': lambda: serve_http(
        _only(context(ca=ROOT), ssl.TLSVersion.TLSv1_2)),
    'echo': lambda: serve_echo(context()),
    'starttls': lambda: serve_starttls(context()),
    'smtp': lambda: serve_smtp(context()),
    'proxy': serve_proxy,
    'tls_proxy': lambda: serve_proxy(context()),
    'no_proxy': lambda: serve_proxy(status=b'407 No'),
    'plain': lambda: serve_bytes(b'HTTP/1.1 400 Bad\r\n\r\n'),
    'alert': lambda: serve_bytes(b'\x15\x03\x03\x00\x02\x02\x28'),
    'close_notify': lambda: serve_bytes(b'\x15\x03\x03\x00\x02\x01\x00'),
    'nothing': lambda: serve_bytes(b''),
    'reset': lambda: serve_bytes(b'', reset),
    'silent': lambda: _silent,
}


def listen(handle):
    listener = socket.create_server(('127.0.0.1', 0), backlog=50)

    def one(plain):
        plain.settimeout(_IDLE)
        try:
            handle(plain)
        except (OSError, ValueError, IndexError):
            pass  # What the client sees is what is compared.
        finally:
            plain.close()

    def accept():
        while True:
            plain, _ = listener.accept()
            threading.Thread(target=one, args=(plain,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def main():
    ports = {name: listen(made()) for name, made in SERVERS.items()}
    print(json.dumps(ports), flush=True)
    sys.stdin.read()


if __name__ == '__main__':
    main()
