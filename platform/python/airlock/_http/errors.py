# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The errors of the HTTP client. The text says what was wrong, and where."""
from __future__ import absolute_import


class HttpError(Exception):
    """The base class."""


class InvalidUrl(HttpError):
    """A URL that cannot be fetched."""


class InvalidHeader(HttpError):
    """A header of the request that HTTP does not allow."""


class LookupFailed(HttpError):
    """The host has no address."""


class ConnectFailed(HttpError):
    """No address of the host, or the proxy, accepts the connection."""


class Closed(HttpError):
    """The connection ended too early."""


class DeadlineExceeded(HttpError):
    """The time for the whole call is over."""


class Malformed(HttpError):
    """A response that is not HTTP, or is ambiguous."""


class RedirectRefused(HttpError):
    """A redirect that must not be followed."""


class TooManyRedirects(HttpError):
    """More redirects than the limit."""


class OutOfResources(HttpError):
    """This process has too few threads or descriptors at the moment."""


class TlsError(HttpError):
    """A TLS connection that failed, for another reason than the certificate.

    Fields:
      host: the name that the certificate had to be for.
      cause: the exception of `ssl`.
      library, reason: as in ssl.SSLError; None if unknown.
      verify_code, verify_message: as in ssl.SSLCertVerificationError, on every
        version of Python; None if the certificate was not the problem.
    """

    def __init__(self, message, host, cause, verify_code=None,
                 verify_message=None):
        super(TlsError, self).__init__(message)
        self.host = host
        self.cause = cause
        self.library = getattr(cause, 'library', None)
        self.reason = getattr(cause, 'reason', None)
        self.verify_code = verify_code
        self.verify_message = verify_message


class CertificateRefused(TlsError):
    """The server is not verified, or the policy refuses what was asked for."""
