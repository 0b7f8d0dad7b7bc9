# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.BIO: buffers and files for TLS, in memory and on disk."""
import io
import sys
from typing import Any, Callable, List, Optional

from airlock.m2crypto import _pem, m2


class BIOError(ValueError):
    """A file that cannot be opened."""


class BIO:
    """What all of them have in common; `bio` is a binary stream."""

    def __init__(self, bio: Any = None, _pyfree: int = 0,
                 _close_cb: Optional[Callable[[], Any]] = None) -> None:
        self.bio = bio
        self._close_cb = _close_cb
        self.closed = 0
        self.write_closed = 0

    def _ptr(self) -> Any:
        return self.bio

    bio_ptr = _ptr

    def fileno(self) -> int:
        return self.bio.fileno()

    def readable(self) -> bool:
        return not self.closed

    def writeable(self) -> bool:
        return not self.closed and not self.write_closed

    def _check(self, ok: bool, what: str) -> None:
        if not ok:
            raise IOError('cannot ' + what)

    def read(self, size: Optional[int] = None) -> Any:
        """At most `size` bytes; everything if it is None."""
        self._check(self.readable(), 'read')
        if size is not None and size < 0:
            raise ValueError('read count is negative')
        return self.bio.read() if size is None else self.bio.read(size)

    def readline(self, size: int = 4096) -> bytes:
        """A line with its end; at most `size` bytes of it."""
        self._check(self.readable(), 'read')
        return self.bio.readline(size)

    def readlines(self, sizehint: Any = 'ignored') -> List[bytes]:
        """The remaining lines."""
        return list(iter(self.readline, b''))

    def write(self, data: Any) -> int:
        """Returns the number of bytes written."""
        self._check(self.writeable(), 'write')
        if isinstance(data, str):
            data = data.encode('utf-8')
        return self.bio.write(data)

    def write_close(self) -> None:
        self.write_closed = 1

    def flush(self) -> None:
        self.bio.flush()

    def reset(self) -> int:
        self.bio.seek(0)
        return 1

    def close(self) -> None:
        self.closed = 1
        if self._close_cb:
            self._close_cb()

    def should_retry(self) -> int:
        return 0

    def should_read(self) -> int:
        return 0

    def should_write(self) -> int:
        return 0

    def tell(self) -> int:
        return self.bio.tell()

    def seek(self, off: int) -> int:
        return self.bio.seek(off)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *args: Any) -> None:
        self.close()


def _limit(size: Optional[int]) -> int:
    """Of a line's length: None and numbers below 0 set none."""
    return sys.maxsize if size is None or size < 0 else size


class MemoryBuffer(BIO):
    """A queue of bytes: what is read is gone."""

    def __init__(self, data: Optional[bytes] = None) -> None:
        if data is not None and not isinstance(data, bytes):
            raise TypeError('data must be bytes or None, not %s'
                            % type(data).__name__)
        super().__init__()
        self._data = bytearray(data or b'')
        self.bio = self

    def __len__(self) -> int:
        return len(self._data)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._data[:size])
        del self._data[:size]
        return taken

    def read(self, size: Optional[int] = 0) -> Optional[bytes]:
        """At most `size` bytes, or everything; None if it is empty."""
        self._check(self.readable(), 'read')
        if size is not None and size < 0:
            raise ValueError('read count is negative')
        return self._take(size or len(self._data)) or None

    getvalue = read_all = read

    def readline(self, size: int = 4096) -> bytes:
        self._check(self.readable(), 'read')
        size = _limit(size)
        end = self._data.find(b'\n', 0, size)
        return self._take(size if end < 0 else end + 1)

    def write(self, data: Any) -> int:
        self._check(self.writeable(), 'write')
        if isinstance(data, str):
            data = data.encode('utf-8')
        data = memoryview(data).cast('B')
        self._data += data
        return len(data)

    def _no_file(self, *_: Any) -> int:
        raise io.UnsupportedOperation('a MemoryBuffer has no descriptor and '
                                      'no position')

    fileno = tell = seek = _no_file

    def flush(self) -> None:
        """Does nothing."""

    def reset(self) -> int:
        del self._data[:]
        return 1

    close = BIO.write_close


class File(BIO):
    """A file that is open already, or a path.

    Args:
      pyfile: a binary file object, or a path.
      close_pyfile: whether close() closes it, too.
      mode: of a path.
    """

    def __init__(self, pyfile: Any, close_pyfile: int = 1,
                 mode: str = 'rb') -> None:
        if isinstance(pyfile, str):
            pyfile = open(pyfile, mode)
        super().__init__(getattr(pyfile, 'buffer', pyfile))
        pyfile.flush()
        self.fname = pyfile.name
        self.pyfile = pyfile
        self.close_pyfile = close_pyfile

    def flush(self) -> None:
        self.pyfile.flush()

    def close(self) -> None:
        if self.closed:
            return
        self.flush()
        super().close()
        if self.close_pyfile:
            self.pyfile.close()


def content(file: Any) -> bytes:
    """The bytes of a file, which is a path, PEM text, or has a read method.

    Raises:
      BIOError: it cannot be read.
    """
    try:
        return _pem.content(file)
    except OSError as error:
        raise BIOError(*error.args) from error


def openfile(filename: str, mode: str = 'rb') -> File:
    """Opens a file.

    Raises:
      BIOError: it cannot be opened.
    """
    try:
        return File(filename, mode=mode)
    except OSError as error:
        raise BIOError(*error.args)


class IOBuffer(BIO):
    """Reads lines from, and writes to, another BIO or an SSL.Connection."""

    def __init__(self, under_bio: Any, mode: str = 'rwb',
                 _pyfree: int = 1) -> None:
        super().__init__(under_bio)
        self._under_bio = under_bio
        self._ahead = bytearray()
        self.write_closed = 0 if 'w' in mode else 1

    def _fill(self) -> bool:
        """Reads some more; False at the end, or if no more is available now."""
        data = self._under_bio.read(4096)
        self._ahead += data or b''
        return bool(data)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._ahead[:size])
        del self._ahead[:size]
        return taken

    def read(self, size: Optional[int] = None) -> bytes:
        self._check(self.readable(), 'read')
        if size is not None and size < 0:
            raise ValueError('read count is negative')
        while (size is None or len(self._ahead) < size) and self._fill():
            pass
        return self._take(len(self._ahead) if size is None else size)

    def readline(self, size: int = 4096) -> bytes:
        self._check(self.readable(), 'read')
        size = _limit(size)
        while True:
            end = self._ahead.find(b'\n', 0, size)
            if end >= 0:
                return self._take(end + 1)
            if len(self._ahead) >= size or not self._fill():
                return self._take(size)

    def flush(self) -> None:
        flush = getattr(self._under_bio, 'flush', None)
        if flush is not None:
            flush()


class SSLBio(BIO):
    """The plaintext side of an SSL.Connection; see Connection.set_bio."""

    def __init__(self, _pyfree: int = 1) -> None:
        super().__init__()
        self._retry = 0

    def set_ssl(self, conn: Any, close_flag: int = m2.bio_noclose) -> None:
        self.bio = conn

    def do_handshake(self) -> int:
        """1 once the handshake is done; -1 if it cannot go on.

        Then should_retry() tells whether it can go on later.
        """
        self._retry = 0
        if self.bio is None or not self.bio.can_handshake():
            return -1
        done = self.bio.handshake()
        self._retry = 0 if done else 1
        return 1 if done else -1

    def read(self, size: Optional[int] = None) -> Any:
        self._check(self.readable(), 'read')
        data = self.bio.read(size or 4096)
        self._retry = int(data is None)
        return data

    def readline(self, size: int = 4096) -> bytes:
        raise io.UnsupportedOperation('read lines by way of an IOBuffer')

    def flush(self) -> None:
        """Does nothing."""

    def should_retry(self) -> int:
        return self._retry

    should_read = should_retry
