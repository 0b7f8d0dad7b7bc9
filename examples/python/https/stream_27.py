# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""TLS over asyncore, which Python 2.7 has in asyncio's place."""
import asyncore
import ssl
import sys
import time

import tls

class Stream(asyncore.dispatcher):
    """Calls ready() after the handshake, received(data), and failed(error).

    Sends self.out, and then what more() gives.
    """

    def __init__(self, connection):
        connection.setblocking(0)
        asyncore.dispatcher.__init__(self, connection)
        self.out, self.wants_write = '', True
        self.shaken = self.ending = False
        self.deadline = time.time() + tls.HANDSHAKE

    writable = lambda self: self.wants_write
    more = lambda self: ''

    def handle_event(self):
        self.wants_write = False
        try:
            self.step()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            # It also wants to read after tickets, which are not data.
            self.wants_write = isinstance(error, ssl.SSLWantWriteError)

    def handle_error(self):
        self.failed(sys.exc_info()[1])
        self.close()

    handle_connect = handle_read = handle_write = handle_event

    def step(self):
        if not self.shaken:
            self.socket.do_handshake()
            self.shaken = True
            self.deadline = time.time() + tls.TIMEOUT
            self.ready()
        while True:
            while self.out:
                sent = self.socket.send(self.out)
                if not sent:  # What SSLSocket.send says for WANT_WRITE.
                    raise ssl.SSLWantWriteError()
                self.out = self.out[sent:] or self.more()
            if self.ending:
                self.socket.unwrap()
                return self.close()
            data = self.socket.recv(65536)  # Again: select() does
            if data:  # not see data that TLS has decrypted already.
                self.received(data)
            else:
                self.closed()

    def end(self):
        self.ending = True  # close_notify, after what is in self.out.

    closed = end


def loop(over=lambda: not asyncore.socket_map):
    """Runs until it is over; ends streams past their deadline."""
    while not over():
        asyncore.loop(timeout=0.5, count=1)
        for stream in list(asyncore.socket_map.values()):
            if isinstance(stream, Stream) and stream.deadline < time.time():
                stream.failed(IOError('timed out'))
                stream.close()
