# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What carries a connection's TLS: a socket, or two buffers in memory."""
import contextlib
import ssl
from typing import Any, Iterator, Optional

from airlock.m2crypto.SSL import _errors

_WOULD_BLOCK = (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError)


class Transport:
    """A plain socket, then the SSLSocket over it; or an SSLObject.

    Attributes:
      socket: the plain socket, then the SSLSocket, which has its descriptor.
      tls: the SSLSocket or SSLObject; None before the handshake.
      closed: whether close() was called.
      read_seconds, write_seconds: a timeout for each read or write; 0: none.
    """

    def __init__(self, sock: Any) -> None:
        self.socket = sock
        self.tls: Any = None
        self.closed = False
        self.read_seconds = 0.0
        self.write_seconds = 0.0
        self._bios: Optional[tuple] = None
        self._buffers: Optional[tuple] = None
        self._notified = False

    def set_bio(self, readbio: Any, writebio: Any) -> None:
        self._bios = (readbio, writebio)
        self._buffers = (ssl.MemoryBIO(), ssl.MemoryBIO())

    def connected(self) -> bool:
        if self._bios is not None:
            return True
        try:
            self.socket.getpeername()
        except OSError:
            return False
        return True

    def start(self, context: ssl.SSLContext, server: bool,
              host: Optional[str], session: Any) -> None:
        """Makes `tls`; the handshake follows."""
        with _errors.translation():
            if self._buffers is not None:
                reader, writer = self._buffers
                self.tls = context.wrap_bio(
                    reader, writer, server_side=server, server_hostname=host,
                    session=session)
            else:
                self.tls = self.socket = context.wrap_socket(
                    self.socket, server_side=server, server_hostname=host,
                    session=session, do_handshake_on_connect=False,
                    suppress_ragged_eofs=False)

    @contextlib.contextmanager
    def _pumped(self) -> Iterator[None]:
        """Moves bytes from and to the BIOs around an operation."""
        if self._bios is None or self._buffers is None:
            yield
            return
        data = self._bios[0].read()
        if data:
            self._buffers[0].write(data)
        try:
            yield
        finally:
            data = self._buffers[1].read()
            if data:
                self._bios[1].write(data)

    @contextlib.contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        if not seconds or self.tls is not self.socket or (
                self.socket.gettimeout() == 0):
            yield
            return
        before = self.socket.gettimeout()
        self.socket.settimeout(seconds)
        try:
            yield
        finally:
            self.socket.settimeout(before)

    def handshake(self) -> bool:
        """True once the handshake is done, False if it would block."""
        try:
            with _errors_of_tls(), self._pumped():
                self.tls.do_handshake()
        except _WOULD_BLOCK:
            return False
        return True

    def read(self, size: int) -> Optional[bytes]:
        try:
            with _errors_of_tls(), self._pumped(), self._within(
                    self.read_seconds):
                return self.tls.read(size)
        except _WOULD_BLOCK:
            return None

    def write(self, data: Any) -> int:
        try:
            with _errors_of_tls(), self._pumped(), self._within(
                    self.write_seconds):
                if self.tls is not self.socket:
                    return self.tls.write(data)
                size = memoryview(data).nbytes
                if size and self.socket.gettimeout() == 0:
                    return self.socket.send(data) or -1
                self.socket.sendall(data)
                return size
        except _WOULD_BLOCK:
            return -1

    def close_notify(self) -> None:
        """Sends close_notify, if there is room for it; once."""
        if self.tls is None or self._notified:
            return
        self._notified = True
        try:
            with self._pumped():
                if self.tls is not self.socket:
                    self.tls.unwrap()
                elif self.tls._sslobj is not None:
                    self.socket.settimeout(0)
                    self.tls._sslobj.shutdown()
        except OSError:
            # The peer's own, which nothing waits for, or no connection.
            pass

    def close(self) -> None:
        """Closes the descriptor."""
        self.closed = True
        self.socket.close()


@contextlib.contextmanager
def _errors_of_tls() -> Iterator[None]:
    try:
        yield
    except _WOULD_BLOCK:
        raise
    except OSError as error:
        raise _errors.translated(error) from error
