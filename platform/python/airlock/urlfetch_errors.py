# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The errors of airlock.urlfetch, with App Engine's names and base classes.

InvalidHeaderError and TLSError are additions: each is a class that programs
for App Engine handle already.
"""
from __future__ import absolute_import

__all__ = [
    'ConnectionClosedError', 'DNSLookupFailedError', 'DeadlineExceededError',
    'DownloadError', 'Error', 'InternalTransientError', 'InvalidHeaderError',
    'InvalidMethodError', 'InvalidURLError', 'MalformedReplyError',
    'PayloadTooLargeError', 'ResponseTooLargeError', 'SSLCertificateError',
    'TLSError', 'TooManyRedirectsError']


class Error(Exception):
    """The base class of all errors of urlfetch."""


class DownloadError(Error):
    """The URL could not be fetched. (An HTTP status is not an error.)"""


class MalformedReplyError(DownloadError):
    """The response is not valid HTTP, or can be read in more than one way."""


class TooManyRedirectsError(DownloadError):
    """More than MAX_REDIRECTS redirects, and follow_redirects is set."""


class InternalTransientError(Error):
    """This process is short of threads or descriptors; try again later."""


class ConnectionClosedError(DownloadError):
    """The connection ended before the response was complete."""


class InvalidURLError(Error):
    """The URL is not one that can be fetched."""


class PayloadTooLargeError(InvalidURLError):
    """The payload is larger than 10 MiB."""


class DNSLookupFailedError(DownloadError):
    """The host has no address."""


class DeadlineExceededError(DownloadError):
    """The fetch took longer than its deadline."""


class ResponseTooLargeError(Error):
    """The content is larger than 32 MiB, and allow_truncated is not set.

    Fields:
      response: the result, whose content is truncated.
    """

    def __init__(self, response):
        super(ResponseTooLargeError, self).__init__(response)
        self.response = response

    def __str__(self):
        return ('the response is larger than the limit; allow_truncated=True '
                'returns its first %d bytes' % len(self.response.content))


class InvalidMethodError(Error):
    """The method is not GET, POST, HEAD, PUT, DELETE or PATCH."""


class InvalidHeaderError(Error, ValueError):
    """A header of the request contains what HTTP does not allow."""


class _TlsDetail(object):
    """What TLS knew of a failure.

    Fields:
      host: the host name that the certificate had to be for.
      verify_code: OpenSSL's number, such as 10 (expired) or 62 (another name);
        None if verification did not fail.
      verify_message: the number in words, or None.
      reason, library: as in ssl.SSLError; None if unknown.
      ssl_error: the exception of `ssl` (ssl.SSLError, ssl.CertificateError or
        ValueError).
    """

    host = verify_code = verify_message = reason = library = ssl_error = None


class SSLCertificateError(Error, _TlsDetail):
    """The server's certificate is not trusted, or not for this host; or the
    policy refuses validate_certificate=False."""


class TLSError(DownloadError, _TlsDetail):
    """The TLS connection failed for another reason than the certificate."""
