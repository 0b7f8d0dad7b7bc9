# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The options of a connection's socket."""
import socket
from typing import Any, Optional

from airlock.m2crypto.SSL.timeout import (struct_size, struct_to_timeout,
                                          timeout)


class SocketOptions:
    """What a connection hands to its socket.

    `transport` is the connection's; see _transport.Transport.
    """

    transport: Any

    def fileno(self) -> int:
        return self.transport.socket.fileno()

    def getsockname(self) -> Any:
        return self.transport.socket.getsockname()

    def getpeername(self) -> Any:
        return self.transport.socket.getpeername()

    def getsockopt(self, level: int, optname: int,
                   buflen: Optional[int] = None) -> Any:
        if buflen is None:
            return self.transport.socket.getsockopt(level, optname)
        return self.transport.socket.getsockopt(level, optname, buflen)

    def setsockopt(self, level: int, optname: int, value: Any = None) -> None:
        self.transport.socket.setsockopt(level, optname, value)

    def setblocking(self, mode: Any) -> None:
        self.transport.socket.setblocking(bool(mode))

    def settimeout(self, timeout: Optional[float]) -> None:
        """For each operation, and for the whole handshake; None: no end."""
        self.transport.socket.settimeout(timeout)

    def gettimeout(self) -> Optional[float]:
        return self.transport.socket.gettimeout()

    def get_socket_read_timeout(self) -> timeout:
        return struct_to_timeout(self.transport.socket.getsockopt(
            socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct_size()))

    def get_socket_write_timeout(self) -> timeout:
        return struct_to_timeout(self.transport.socket.getsockopt(
            socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct_size()))

    def set_socket_read_timeout(self, timeo: timeout) -> None:
        """How long to read, for each read."""
        self.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                                         timeo.pack())
        self.transport.read_seconds = timeo.sec + timeo.microsec / 1e6

    def set_socket_write_timeout(self, timeo: timeout) -> None:
        """How long to write, for each write."""
        self.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO,
                                         timeo.pack())
        self.transport.write_seconds = timeo.sec + timeo.microsec / 1e6
