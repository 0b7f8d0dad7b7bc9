# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates: paths, texts, or objects with a read method."""
import binascii
import os
import re
from typing import Any, List

_CERTIFICATE = re.compile(
    br'-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----\s(.*?)-----END ',
    re.DOTALL)


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
        with open(source, 'rb') as file:
            return file.read()
    return source.encode('utf-8') if isinstance(source, str) else bytes(source)


def certificates(pem: bytes) -> List[bytes]:
    """The DER of each certificate of a PEM text."""
    try:
        return [binascii.a2b_base64(match)
                for match in _CERTIFICATE.findall(pem)]
    except binascii.Error as error:
        raise ValueError('a certificate is not in base64: %s' % error)
