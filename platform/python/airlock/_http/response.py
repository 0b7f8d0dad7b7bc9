# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads responses (RFC 9112), and refuses what can be read in two ways."""
from __future__ import absolute_import

import collections
import re
import zlib

from airlock._http import errors

# The most that a server may send: heads of one response together (those of
# status 1xx and trailers too), fields of a head, and a line before a chunk.
_HEAD_BYTES = 65536
_HEAD_FIELDS = 100
_CHUNK_LINE = 1024
_PIECE = 65536
# The most that gzip adds to little content.
_GZIP_OVERHEAD = 65536

_STATUS = re.compile(br'HTTP/1\.([0-9]) ([1-9][0-9][0-9])(?: (.*))?\Z')
_NAME = re.compile(br"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CONTROL = re.compile(br'[\x00-\x08\x0a-\x1f\x7f]')
_LENGTH = re.compile(r'[0-9]{1,18}\Z')
_CHUNK = re.compile(br'([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\Z')


class Head(collections.namedtuple('Head', 'minor status reason fields')):
    """A response's first line and fields.

    Fields:
      minor: of the version; 1 for HTTP/1.1.
      status, reason: a number, and the words after it.
      fields: a list of (name, value), str, in the server's order.
    """
    __slots__ = ()

    def values(self, name):
        """The values of a field; `name` is in lower case."""
        return [value for key, value in self.fields if key.lower() == name]


def _text(data):
    """str: bytes in 2.7, else text with a character for each byte."""
    return data if str is bytes else data.decode('latin-1')


class _Lines(object):
    """Lines of one response's heads, up to a limit for all of them."""

    def __init__(self, stream):
        self._stream = stream
        self._left = _HEAD_BYTES

    def next(self):
        line = self._stream.read_line(self._left)
        self._left -= len(line) + 1
        if _CONTROL.search(line):
            raise errors.Malformed('a control character in a header')
        return line


def _fields(lines):
    """The fields up to the empty line."""
    fields = []
    while True:
        line = lines.next()
        if not line:
            return [(_text(name), _text(value)) for name, value in fields]
        if line[:1] in b' \t':
            # A folded value (RFC 9112, section 5.2).
            if not fields:
                raise errors.Malformed('the first header begins with a space')
            name, value = fields[-1]
            fields[-1] = name, (value + b' ' + line.strip(b' \t')).strip()
            continue
        name, colon, value = line.partition(b':')
        if not colon or not _NAME.match(name):
            raise errors.Malformed('%r is not a header' % _text(line[:80]))
        if len(fields) == _HEAD_FIELDS:
            raise errors.Malformed('more than %d headers' % _HEAD_FIELDS)
        fields.append((name, value.strip(b' \t')))


def _read_head(lines):
    """The Head of the final response; those of status 1xx are skipped."""
    while True:
        line = lines.next()
        match = _STATUS.match(line)
        if not match:
            raise errors.Malformed('%r is not the first line of a response'
                                   % _text(line[:80]))
        head = Head(int(match.group(1)), int(match.group(2)),
                    _text(match.group(3) or b''), _fields(lines))
        if head.status == 101:
            raise errors.Malformed('the server changes the protocol, which '
                                   'was not asked for')
        if head.status >= 200:
            return head


def read_head(stream):
    """The Head of a response without a body, such as CONNECT's."""
    return _read_head(_Lines(stream))


def _exactly(stream, size):
    """Pieces of `size` bytes together."""
    while size:
        piece = stream.read_some(min(size, _PIECE))
        if not piece:
            raise errors.Closed('the body was cut off: %d bytes are missing'
                                % size)
        size -= len(piece)
        yield piece


def _chunks(stream, lines):
    """Pieces of a chunked body; the trailers are read and dropped."""
    while True:
        line = stream.read_line(_CHUNK_LINE)
        match = _CHUNK.match(line)
        if not match or _CONTROL.search(line):
            raise errors.Malformed('%r is not the size of a chunk'
                                   % _text(line[:80]))
        size = int(match.group(1), 16)
        if not size:
            _fields(lines)
            return
        for piece in _exactly(stream, size):
            yield piece
        if stream.read_line(2):
            raise errors.Malformed('a chunk is longer than its size')


def _to_the_end(stream):
    """Pieces up to the end of the connection."""
    while True:
        piece = stream.read_some(_PIECE)
        if not piece:
            return
        yield piece


def _body(stream, lines, head, method):
    """Pieces of the body, as it is on the wire (RFC 9112, section 6.3)."""
    codings, lengths = (head.values('transfer-encoding'),
                        head.values('content-length'))
    if codings and lengths:
        raise errors.Malformed('both Content-Length and Transfer-Encoding')
    if len(lengths) > 1 or (lengths and not _LENGTH.match(lengths[0])):
        raise errors.Malformed('not one Content-Length, but %r'
                               % ', '.join(lengths))
    if codings and (head.minor == 0 or
                    [each.lower() for each in codings] != ['chunked']):
        raise errors.Malformed('the transfer coding %r is not supported'
                               % ', '.join(codings))
    if method == 'HEAD' or head.status in (204, 304):
        return iter(())
    if codings:
        return _chunks(stream, lines)
    if lengths:
        return _exactly(stream, int(lengths[0]))
    return _to_the_end(stream)


class _Gunzip(object):
    """Undoes gzip, of several members too (RFC 1952), piece by piece."""

    def __init__(self):
        self._inflate = None

    def feed(self, data, most):
        """What `data` contains, in pieces; after `most` bytes it may stop."""
        while data and most > 0:
            if self._inflate is None:
                self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                out = self._inflate.decompress(data, min(most, _PIECE))
            except zlib.error as error:
                raise errors.Malformed('the body is not gzip: %s' % error)
            most -= len(out)
            yield out
            data = self._inflate.unconsumed_tail
            if self._inflate.unused_data:
                data, self._inflate = self._inflate.unused_data, None

    def finish(self):
        """Raises errors.Closed if the last member was cut off."""
        if self._inflate is None:
            return
        # After the end, and only there, a byte is not used. 2.7 has no `eof`.
        try:
            self._inflate.decompress(b'\0')
        except zlib.error:
            pass
        if not self._inflate.unused_data:
            raise errors.Closed('the gzip data was cut off')


def _collect(pieces, gunzip, most):
    """(content, whether it was cut off after `most` bytes)."""
    parts, size, taken = [], 0, 0
    for piece in pieces:
        taken += len(piece)
        for part in gunzip.feed(piece, most + 1 - size) if gunzip else [piece]:
            parts.append(part)
            size += len(part)
        # gzip can also turn much into nothing: endless empty members.
        if size > most or taken > 8 * size + _GZIP_OVERHEAD:
            return b''.join(parts)[:most], True
    if gunzip:
        gunzip.finish()
    return b''.join(parts), False


class Response(object):
    """A whole response.

    Fields:
      head: its Head.
      content: the body, without transfer and (if `decoded`) content coding.
      truncated: whether the body was longer than the limit.
      decoded: whether it was compressed.
      url: the Url that it is from.
      redirects: how many were followed.
    """

    def __init__(self, head, content, truncated, decoded):
        self.head = head
        self.content = content
        self.truncated = truncated
        self.decoded = decoded
        self.url = None
        self.redirects = 0


class Reader(object):
    """Reads one response: the head when it is made, the body on request.

    Args:
      stream: the connection.
      method: of the request.

    Fields:
      head: the Head of the final response.

    Raises:
      errors.Malformed, errors.Closed, errors.DeadlineExceeded; so does
      response().
    """

    def __init__(self, stream, method):
        lines = _Lines(stream)
        self.head = _read_head(lines)
        self._pieces = _body(stream, lines, self.head, method)
        # HEAD has the fields of a body, but no body.
        self._is_empty = method == 'HEAD'

    def response(self, decode, most):
        """The Response, once.

        Args:
          decode: whether to decompress gzip.
          most: the most bytes of the content; what is longer is truncated.
        """
        codings = [each.lower()
                   for each in self.head.values('content-encoding')]
        decoded = (decode and not self._is_empty and
                   codings in (['gzip'], ['x-gzip']))
        content, truncated = _collect(
            self._pieces, _Gunzip() if decoded else None, most)
        return Response(self.head, content, truncated, decoded)
