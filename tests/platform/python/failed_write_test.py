# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads and writes after a write has failed.

usage: PYTHON failed_write_test.py CERTS [--observe]   (any Python from 2.7 on)

CERTS is the folder of the test certificates. --observe prints what this
Python's `ssl` does, for the test to compare Airlock's with the stock module's.
"""
import json
import os
import socket
import ssl
import subprocess
import sys
import unittest
import warnings
from select import select

from connections import (CERTS, PYTHON2, SECONDS, Task, client_context,
                         server_context, socket_pair)

SCRIPT = os.path.abspath(__file__)
ANSWER = b'HTTP/1.1 413 Content Too Large\r\n\r\n'
MORE = b'and please close.'
# Larger than any socket's buffers.
REQUEST = b'x' * (32 << 20)
WANTS = ssl.SSLWantReadError, ssl.SSLWantWriteError


def contexts(version):
    """Those of a client and a server that speak this version of TLS only."""
    client, server = client_context(), server_context()
    no_1_3 = getattr(ssl, 'OP_NO_TLSv1_3', 0x20000000)  # Not in 3.6.
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        for context in (client, server):
            context.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1
            context.options |= (no_1_3 if version == '1.2'
                                else ssl.OP_NO_TLSv1_2)
    return client, server


def pair(kind):
    if kind == 'unix':
        return socket_pair()
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    near = socket.create_connection(listener.getsockname(), SECONDS)
    far = listener.accept()[0]
    far.settimeout(SECONDS)
    listener.close()
    return near, far


def shut_down_below(connection, how):
    """shutdown(2): the method of that name forgets TLS as well."""
    duplicate = socket.fromfd(connection.fileno(), socket.AF_UNIX,
                              socket.SOCK_STREAM)
    duplicate.shutdown(how)
    duplicate.close()


def connect(version, kind='unix'):
    """The two ends of a connection that tells how it ends."""
    near, far = pair(kind)
    client, server = contexts(version)
    accepting = Task(lambda: server.wrap_socket(far, server_side=True))
    wrapped = client.wrap_socket(near, server_hostname='localhost',
                                 suppress_ragged_eofs=False)
    return wrapped, accepting.result()


def finish(connection):
    """Sends close_notify, and does not wait for the peer's."""
    connection.settimeout(0.0)
    try:
        connection.unwrap()
    except (OSError, socket.error):
        pass  # The client's data no longer matters.
    connection.close()


def described(error):
    """A class and a number that are the same in each Python."""
    if isinstance(error, ssl.SSLError):
        return type(error).__name__
    return 'errno %s' % error.errno


def write_until_it_fails(client, write):
    """The error that ends it."""
    left = memoryview(REQUEST)
    if PYTHON2:
        left = REQUEST[:1 << 20]
    try:
        while True:
            try:
                write(client, left)
            except WANTS:
                select([], [client], [], SECONDS)
    except (OSError, socket.error) as error:
        return described(error)


def read_to_the_end(client):
    """What comes, and how it ends."""
    received = b''
    while True:
        try:
            more = client.recv(10)
        except WANTS:
            select([client], [], [], SECONDS)
            continue
        except (OSError, socket.error) as error:
            return received, described(error)
        if not more:
            return received, 'close'
        received += more


# How a server ends. Each of these comes before the client's request, and gives
# what is left to be done once writing it has failed, if anything.

def hang_up(client, server):
    server.sendall(ANSWER)
    server.close()


def say_goodbye(client, server):
    server.sendall(ANSWER)
    finish(server)


def leave_the_request_unread(client, server):
    server.sendall(ANSWER)

    def close():
        select([server], [], [], SECONDS)
        server.close()  # This resets the connection.

    return Task(close).result


def stop_reading(client, server):
    server.sendall(ANSWER)
    shut_down_below(server, socket.SHUT_RD)

    def go_on():
        server.sendall(MORE)
        finish(server)

    return go_on


def let_the_client_end_it(client, server):
    shut_down_below(client, socket.SHUT_WR)

    def answer():
        server.sendall(ANSWER)
        finish(server)

    return answer


# The pair, what it does, and what the client sees of it.
SERVERS = {
    'hangs up': ('unix', hang_up, ANSWER, 'SSLEOFError'),
    'hangs up over TCP': ('tcp', hang_up, ANSWER, 'SSLEOFError'),
    'says goodbye': ('unix', say_goodbye, ANSWER, 'close'),
    'says goodbye over TCP': ('tcp', say_goodbye, ANSWER, 'close'),
    'resets': ('tcp', leave_the_request_unread, ANSWER, 'SSLEOFError'),
    'leaves it unread': ('unix', leave_the_request_unread, ANSWER, 'errno 104'),
    'stops reading': ('unix', stop_reading, ANSWER + MORE, 'close'),
    'has no part in it': ('unix', let_the_client_end_it, ANSWER, 'close'),
}
MODES = {'blocking': None, 'timeout': SECONDS, 'non-blocking': 0.0}
WRITES = {'send': lambda client, data: client.send(data[:16384]),
          'sendall': lambda client, data: client.sendall(data),
          'write': lambda client, data: client.write(data[:100])}


def observe(version, mode, server, write):
    """The first error, what is read then, how that ends, and later errors."""
    kind, begin, _, _ = SERVERS[server]
    client, peer = connect(version, kind)
    client.settimeout(MODES[mode])
    go_on = begin(client, peer)
    first = write_until_it_fails(client, WRITES[write])
    if go_on:
        go_on()
    received, end = read_to_the_end(client)
    later = [write_until_it_fails(client, WRITES[write]) for _ in range(3)]
    client.close()
    peer.close()
    return [first, received.decode(), end, later]


def scenarios():
    for version in ('1.2', '1.3'):
        for mode in sorted(MODES):
            for server in sorted(SERVERS):
                for write in sorted(WRITES):
                    if (write, mode) != ('sendall', 'non-blocking'):
                        yield version, mode, server, write


def observe_all():
    return dict((' '.join(scenario), observe(*scenario))
                for scenario in scenarios())


class FailedWriteTest(unittest.TestCase):

    def test_the_answer_can_be_read(self):
        for scenario in scenarios():
            _, _, answer, end = SERVERS[scenario[2]]
            first, received, ended, later = Task(observe, *scenario).result()
            self.assertIn(first, ('errno 32', 'errno 104'), scenario)
            if first == 'errno 104':  # The kernel reports it once.
                end = 'SSLEOFError'
            self.assertEqual((received, ended), (answer.decode(), end),
                             scenario)
            self.assertEqual(later, [first] * 3, scenario)

    def test_is_as_the_stock_module_s(self):
        environment = dict(os.environ)
        del environment['PYTHONPATH']
        said = subprocess.check_output(
            [sys.executable, SCRIPT, CERTS, '--observe'], env=environment)
        stock = json.loads(said.decode())
        self.assertNotIn('Airlock', stock.pop('version'))
        for name, ours in observe_all().items():
            theirs = stock.pop(name)
            # Its handling of an end without close_notify is tested elsewhere,
            # and from 3.14 on, its end is the write's error.
            if ours[2] == 'close' and sys.version_info < (3, 14):
                self.assertEqual(ours[1:3], theirs[1:3], name)
            else:
                self.assertEqual(ours[1], theirs[1], name)
        self.assertEqual(stock, {})


class ThreadsTest(unittest.TestCase):
    """One thread reads while another one's write fails."""

    def each(self):
        for version in ('1.2', '1.3'):
            for timeout in (None, SECONDS):
                client, server = connect(version)
                client.settimeout(timeout)
                yield client, server
                client.close()
                server.close()

    def test_reading_continues(self):
        for client, server in self.each():
            reading = Task(client.recv, 100)
            shut_down_below(server, socket.SHUT_RD)
            writing = [Task(write_until_it_fails, client, WRITES['sendall'])
                       for _ in range(2)]
            self.assertEqual([task.result() for task in writing],
                             ['errno 32'] * 2)
            self.assertTrue(reading.is_alive())
            server.sendall(ANSWER)
            self.assertEqual(reading.result(), ANSWER)
            last = Task(read_to_the_end, client)
            server.sendall(MORE)
            finish(server)
            self.assertEqual(last.result(), (MORE, 'close'))

    def test_reader_sees_the_end(self):
        for client, server in self.each():
            reading = Task(read_to_the_end, client)
            writing = Task(write_until_it_fails, client, WRITES['sendall'])
            server.recv(1)
            server.sendall(ANSWER)
            finish(server)
            self.assertEqual(reading.result()[0], ANSWER)
            self.assertEqual(writing.result(), 'errno 32')


class FailedReadTest(unittest.TestCase):
    """The other way round: what can be written once reading has ended."""

    def test_it_can_be_written(self):
        for version in ('1.2', '1.3'):
            for timeout in MODES.values():
                client, server = connect(version)
                shut_down_below(server, socket.SHUT_WR)
                client.settimeout(timeout)
                self.assertEqual(read_to_the_end(client), (b'', 'SSLEOFError'))
                client.sendall(ANSWER)
                self.assertEqual(server.recv(100), ANSWER)
                self.assertEqual(read_to_the_end(client), (b'', 'SSLEOFError'))
                client.close()
                server.close()


if __name__ == '__main__':
    if '--observe' in sys.argv:
        print(json.dumps(dict(observe_all(), version=ssl.OPENSSL_VERSION)))
    else:
        unittest.main()
