# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The exceptions of TLS connections, and what becomes of those of `ssl`."""
import contextlib
import socket
import ssl
from typing import Iterator, Optional


class SSLError(Exception):
    """TLS failed.

    Attributes:
      reason: OpenSSL's name of what went wrong, such as
        'CERTIFICATE_VERIFY_FAILED'; or None.
      verify_code: the number of a verification failure, or None.
    """
    reason: Optional[str] = None
    verify_code: Optional[int] = None


class SSLTimeoutError(SSLError, socket.timeout):
    """It took too long."""


class SSLNotSupportedError(SSLError, NotImplementedError):
    """M2Crypto has it, and Airlock does not."""


def translated(error: BaseException) -> Exception:
    """The exception of M2Crypto for one of `ssl` or `socket`."""
    result: SSLError
    if isinstance(error, socket.timeout):
        result = SSLTimeoutError('timed out')
    elif isinstance(error, ssl.SSLEOFError):
        result = SSLError('unexpected eof: the peer closed the connection '
                          'without close_notify')
    elif isinstance(error, ssl.SSLError):
        result = SSLError(error.strerror or str(error))
    elif isinstance(error, OSError):
        result = SSLError(error.errno, error.strerror or str(error))
    else:
        result = SSLError(str(error))
    result.reason = getattr(error, 'reason', None)
    result.verify_code = getattr(error, 'verify_code', None)
    return result


@contextlib.contextmanager
def translation() -> Iterator[None]:
    """Turns exceptions of `ssl` and OSErrors into those of M2Crypto."""
    try:
        yield
    except OSError as error:
        raise translated(error) from error
