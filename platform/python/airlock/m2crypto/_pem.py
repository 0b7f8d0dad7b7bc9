# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates: paths, texts, or objects with a read method."""
import binascii
import errno
import os
import re
from typing import Any, List

_CERTIFICATE = re.compile(
    br'-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----\s(.*?)-----END ',
    re.DOTALL)
# What a path rarely has, and a key without its PEM lines always has.
_LIKE_A_KEY = re.compile(r'[A-Za-z0-9+=]{16}|[\r\n\0]')


def shown(source: Any) -> str:
    """What errors call a file: its path, but never text that may be a key."""
    if hasattr(source, 'read'):
        return type(source).__name__
    path = os.fsdecode(source)
    if not path or len(path) > 255 or _LIKE_A_KEY.search(path):
        return 'the given text'
    return repr(path)


def content(source: Any) -> bytes:
    """The bytes of a file, which is a path, PEM text, or has a read method.

    Raises:
      OSError: it cannot be read.
    """
    if hasattr(source, 'read'):
        source = source.read()
        if source is None:
            source = b''
    elif not isinstance(source, (str, bytes)) or (
            b'-----BEGIN ' not in os.fsencode(source)):
        return _read(source)
    return source.encode('utf-8') if isinstance(source, str) else bytes(source)


def _read(path: Any) -> bytes:
    try:
        with open(os.fspath(path), 'rb') as file:
            return file.read()
    except OSError as error:
        number, why = error.errno, error.strerror
    except ValueError as error:  # It has a NUL.
        number, why = errno.ENOENT, str(error)
    # Outside of the handlers: their exceptions quote the text.
    raise OSError(number, '%s: %s is neither PEM text nor a file that can be '
                  'read' % (why, shown(path)))


def certificates(pem: bytes) -> List[bytes]:
    """The DER of each certificate of a PEM text."""
    try:
        return [binascii.a2b_base64(match)
                for match in _CERTIFICATE.findall(pem)]
    except binascii.Error as error:
        raise ValueError('a certificate is not in base64: %s' % error)
