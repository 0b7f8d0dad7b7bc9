# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A connection that is read and written under a deadline."""
from __future__ import absolute_import

import errno
import socket
import ssl

from airlock._http import errors

_SIZE = 65536
_GONE = (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ENOTCONN,
         errno.ESHUTDOWN)


class Stream(object):
    """Owns a connected socket, plain or TLS. For one thread at a time.

    Every method raises errors.DeadlineExceeded once the deadline is over,
    however slowly the peer sends, and errors.Closed if the connection breaks.
    """

    def __init__(self, sock, deadline, host):
        self._socket = sock
        self._deadline = deadline
        self._host = host
        self._buffer = b''

    def close(self):
        """Closes at once; twice is harmless."""
        try:
            self._socket.close()
        except (socket.error, ValueError):
            pass  # Nothing that matters can be lost here.

    def _run(self, operation, *arguments):
        """operation(*arguments), with what is left of the deadline."""
        while True:
            self._socket.settimeout(self._deadline.remaining())
            try:
                return operation(*arguments)
            except ssl.SSLError as error:
                # In 2.7 this is what a timeout is.
                if 'timed out' in str(error):
                    continue
                if isinstance(error, ssl.SSLEOFError):
                    raise errors.Closed(
                        'the connection was cut off (without close_notify)')
                raise errors.TlsError('TLS with %s failed: %s' % (
                    self._host, error), self._host, error)
            except socket.timeout:
                continue  # remaining() says so.
            except (socket.error, OSError) as error:
                if error.errno == errno.EINTR:
                    continue
                if error.errno in _GONE:
                    raise errors.Closed('the connection broke: %s' % error)
                raise errors.ConnectFailed(str(error))

    def send_all(self, data):
        """Sends bytes."""
        view = memoryview(data)
        while len(view):
            # 2.7's ssl takes no memoryview.
            piece = view[:_SIZE].tobytes()
            view = view[self._run(self._socket.send, piece):]

    def read_some(self, most):
        """At least one byte and at most `most`; b'' at the end."""
        if not self._buffer:
            self._buffer = self._run(self._socket.recv, _SIZE)
        data, self._buffer = self._buffer[:most], self._buffer[most:]
        return data

    def read_line(self, most):
        """A line without its end (CRLF or LF).

        Raises:
          errors.Malformed: it is longer than `most`.
          errors.Closed: the connection ended in it.
        """
        parts, size = [], 0
        while True:
            if not self._buffer:
                self._buffer = self._run(self._socket.recv, _SIZE)
                if not self._buffer:
                    raise errors.Closed('the connection ended within a line')
            end = self._buffer.find(b'\n') + 1
            part = self._buffer[:end or len(self._buffer)]
            size += len(part)
            if size > most:
                raise errors.Malformed('a line, or a header, is too long')
            self._buffer = self._buffer[len(part):]
            parts.append(part)
            if end:
                line = b''.join(parts)[:-1]
                return line[:-1] if line.endswith(b'\r') else line

    def detach(self):
        """The socket, with which somebody else goes on.

        Raises:
          errors.Malformed: the peer sent more than was read.
        """
        if self._buffer:
            raise errors.Malformed('the proxy sent data before the server did')
        return self._socket
