# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""TLS for asyncore, which Python 3.12 removed."""
import socket
import warnings
from typing import Any, Optional

from airlock.m2crypto.SSL.Connection import Connection
from airlock.m2crypto.SSL.Context import Context

try:
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', DeprecationWarning)
        import asyncore
except ImportError:
    raise ImportError('SSL.ssl_dispatcher needs asyncore, which Python 3.12 '
                      'removed: use asyncio, or an older Python') from None


class ssl_dispatcher(asyncore.dispatcher):
    """A dispatcher over an SSL.Connection, of a client or a server.

    Where M2Crypto's can hang, this one does not: the rest of a TLS record is
    read before the loop waits again, and neither a handshake nor a session
    ticket blocks the loop.
    """

    def create_socket(self, ssl_context: Context) -> None:  # type: ignore
        """Makes the connection, which does not block from bind() on."""
        self.family_and_type = socket.AF_INET, socket.SOCK_STREAM
        self.ssl_ctx = ssl_context
        self.set_socket(Connection(ssl_context))

    def listen(self, num: int) -> None:
        self.socket.setblocking(False)
        super().listen(num)

    def connect(self, addr: Any) -> None:
        """Connects and shakes hands, at most for 30 seconds each."""
        self.socket.settimeout(Connection.handshake_timeout)
        self.socket.connect(addr)
        self.socket.setblocking(False)
        self.addr = addr
        self.handle_connect_event()

    def handle_read_event(self) -> None:
        super().handle_read_event()
        # What TLS holds already, select() does not see.
        pending = self._pending()
        while pending and self.readable():
            self.handle_read()
            before, pending = pending, self._pending()
            if pending >= before:
                break

    def _pending(self) -> int:
        if self.accepting or self.socket is None:
            return 0
        return self.socket.pending()

    def recv(self, buffer_size: int = 4096) -> Optional[bytes]:  # type: ignore
        """At most `buffer_size` bytes: b'' after the peer's close_notify, None
        if it would block."""
        self.socket.setblocking(False)
        return self.socket.recv(buffer_size)

    def send(self, buffer: Any) -> int:  # type: ignore
        """Returns how many bytes were sent; -1 if it would block."""
        self.socket.setblocking(False)
        return self.socket.send(buffer)
