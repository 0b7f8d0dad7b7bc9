# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""App Engine's urlfetch over Airlock: change the import, and it runs.

    from airlock import urlfetch  # was: from google.appengine.api

    result = urlfetch.fetch('https://www.example.com/')
    if result.status_code == 200:
        use(result.content)

Unlike on App Engine, certificates are verified by default. One deadline holds
for the whole fetch, a redirect carries no secrets to another origin or to
http:, and SSLCertificateError says what was wrong.
"""
from __future__ import absolute_import

import logging
import os
import re
import threading

from airlock import _finder

_finder.install()  # Before anything here imports ssl.

from airlock import _urlfetch_rpc
from airlock import urlfetch_errors
from airlock._http import client as _client
from airlock._http import errors as _errors
from airlock._http import fields as _fields
from airlock._http import url as _url
from airlock._urlfetch_result import Result as _Result
from airlock.urlfetch_errors import *  # As in App Engine's module.

try:
    from urllib.parse import unquote as _unquote
except ImportError:
    from urllib import unquote as _unquote

__all__ = urlfetch_errors.__all__ + [
    'DELETE', 'GET', 'HEAD', 'MAX_REDIRECTS', 'PATCH', 'POST', 'PUT',
    'create_rpc', 'fetch', 'get_default_fetch_deadline', 'make_fetch_call',
    'set_default_fetch_deadline']

GET, POST, HEAD, PUT, DELETE, PATCH = range(1, 7)
MAX_REDIRECTS = 5

_METHODS = {'GET': GET, 'POST': POST, 'HEAD': HEAD, 'PUT': PUT,
            'DELETE': DELETE, 'PATCH': PATCH}
_NAMES = {number: name for name, number in _METHODS.items()}
_WITH_PAYLOAD = ('POST', 'PUT', 'PATCH')

_DEFAULT_SECONDS = 5
_MOST_URL = 2048
_MOST_PAYLOAD = 10 << 20
_MOST_CONTENT = 32 << 20
# The ports that App Engine reaches.
_PORTS = ((80, 90), (440, 450), (1024, 65535))
# The headers that App Engine sets itself.
_FORBIDDEN = _fields.OWN | frozenset([
    'vary', 'via', 'x-appengine-inbound-appid', 'x-forwarded-for',
    'x-proxyuser-ip'])

_PRINTABLE = re.compile(r'[\x21-\x7e]*\Z')
_USER = re.compile('//.*@')
_settings = threading.local()
_logger = logging.getLogger('airlock.urlfetch')

# What becomes of the client's errors: the class, and what the text says first.
# The first line that fits.
_KINDS = (
    (_errors.InvalidUrl, InvalidURLError, 'Invalid request URL: %s'),
    (_errors.InvalidHeader, InvalidHeaderError,
     'Invalid request header for URL: %s'),
    (_errors.LookupFailed, DNSLookupFailedError,
     'DNS lookup failed for URL: %s'),
    (_errors.ConnectFailed, DownloadError,
     'Unable to connect to server at URL: %s'),
    (_errors.Closed, ConnectionClosedError,
     'Connection closed unexpectedly by server at URL: %s'),
    (_errors.DeadlineExceeded, DeadlineExceededError,
     'Deadline exceeded while waiting for HTTP response from URL: %s'),
    (_errors.Malformed, MalformedReplyError,
     'Malformed HTTP reply received from server at URL: %s'),
    (_errors.TooManyRedirects, TooManyRedirectsError,
     'Too many redirects at URL: %s'),
    (_errors.OutOfResources, InternalTransientError,
     'Temporary error in fetching URL: %s'),
    (_errors.CertificateRefused, SSLCertificateError,
     'Invalid and/or missing SSL certificate for URL: %s'),
    (_errors.TlsError, TLSError, 'Unable to fetch URL: %s'),
    (_errors.HttpError, DownloadError, 'Unable to fetch URL: %s'),
)


def get_default_fetch_deadline():
    """What set_default_fetch_deadline() set in this thread, or None."""
    return getattr(_settings, 'deadline', None)


def set_default_fetch_deadline(value):
    """Sets the deadline, in seconds, of fetches that this thread starts
    without one. None: 5 seconds."""
    _settings.deadline = value


def create_rpc(deadline=None, callback=None):
    """An RPC for make_fetch_call().

    Args:
      deadline: in seconds; None for this thread's default.
      callback: a function without arguments, which the RPC's wait() calls.
    """
    if deadline is None:
        deadline = get_default_fetch_deadline()
    return _urlfetch_rpc.UserRPC('urlfetch', deadline, callback)


def _shown(url):
    """A URL for an error's text."""
    text = (url if isinstance(url, str) and _PRINTABLE.match(url)
            else repr(url))
    return text if len(text) <= 200 else text[:200] + '...'


def _without_user(url):
    """What is not a valid URL, for an error's text: without a password."""
    return _USER.sub('//...@', _shown(url))


def _as_urlfetch(error, shown):
    """The error of urlfetch for one of the client, with this URL."""
    kind, words = [(kind, words) for of, kind, words in _KINDS
                   if isinstance(error, of)][0]
    result = kind('%s Error: %s' % (words % shown, error))
    if isinstance(error, _errors.TlsError):
        result.host, result.ssl_error = error.host, error.cause
        for name in ('verify_code', 'verify_message', 'reason', 'library'):
            setattr(result, name, getattr(error, name))
    return result


def _method_name(method):
    if hasattr(method, 'upper'):
        method = _METHODS.get(method.upper(), method)
    try:
        return _NAMES[method]
    except (KeyError, TypeError):
        raise InvalidMethodError('Invalid method %s.' % (method,))


def _is_own_url(url, method):
    """Whether a CGI program is about to fetch the page that it serves."""
    host, path = [os.environ.get(name) for name in ('HTTP_HOST', 'PATH_INFO')]
    return (method == 'GET' and host is not None and path is not None and
            url.authority == host.lower() and
            _unquote(url.target.partition('?')[0]).rstrip('/') ==
            _unquote(path).rstrip('/'))


def _checked_url(url, method):
    if not isinstance(url, (bytes, type(u''))):
        raise InvalidURLError('the URL is not text: %s' % _without_user(url))
    if len(url) > _MOST_URL:
        raise InvalidURLError(
            'Invalid request URL: %s Error: it is longer than %d characters'
            % (_without_user(url), _MOST_URL))
    result = _url.parse(url)
    if _is_own_url(result, method):
        raise _errors.InvalidUrl('it is the page that is being served')
    return result


def _checked_payload(payload, method, url):
    """Bytes, or None for a method without a payload."""
    if method not in _WITH_PAYLOAD:
        return None
    if isinstance(payload, type(u'')):
        payload = payload.encode('utf-8')
    # Like App Engine, treats an empty payload, also such as {}, as unset.
    payload = payload or b''
    if not isinstance(payload, (bytes, bytearray)):
        raise TypeError('payload must be bytes or text, not %s; '
                        'urllib.urlencode() makes a form of a dictionary'
                        % type(payload).__name__)
    if len(payload) > _MOST_PAYLOAD:
        raise PayloadTooLargeError('Request exceeds 10 MiB limit for URL: %s'
                                   % _shown(url))
    return bytes(payload)


def _as_text(field):
    """A header's name and value; numbers and such become text."""
    for each in field:
        if each is None:
            raise _errors.InvalidHeader('a header, %r, is None' % (field[0],))
    return [each if isinstance(each, (str, type(u'')))
            else each.decode('latin-1') if isinstance(each, bytes)
            else str(each) for each in field]


def _checked_headers(headers, payload, method):
    """The fields to send, with the defaults."""
    pairs = headers.items() if hasattr(headers, 'items') else headers or ()
    fields = _fields.check([_as_text(each) for each in pairs])
    forbidden = sorted(name for name, _ in fields
                       if name.lower() in _FORBIDDEN)
    if forbidden:
        _logger.warning('Stripped prohibited headers from URLFetch request: '
                        '%s', ', '.join(forbidden))
    fields = [field for field in fields
              if field[0].lower() not in _FORBIDDEN]
    names = [name.lower() for name, _ in fields]
    decode = 'accept-encoding' not in names
    if decode:
        fields.append(('Accept-Encoding', 'gzip'))
    if 'user-agent' not in names:
        fields.append(('User-Agent', 'airlock-urlfetch'))
    if payload and method == 'POST' and 'content-type' not in names:
        fields.append(('Content-Type', 'application/x-www-form-urlencoded'))
    return fields, decode


def _prepare(url, payload, method, headers, allow_truncated, follow_redirects,
             deadline, validate_certificate):
    """A function that fetches. Errors of the arguments are raised here."""
    method = _method_name(method)
    if validate_certificate not in (None, True, False):
        raise TypeError('validate_certificate must be None, True or False')
    seconds = _DEFAULT_SECONDS if deadline is None else float(deadline)
    if not 0 < seconds < float('inf'):
        raise ValueError('deadline must be a number of seconds above 0')
    try:
        target = _checked_url(url, method)
        payload = _checked_payload(payload, method, url)
        fields, decode = _checked_headers(headers, payload, method)
    except _errors.HttpError as error:
        raise _as_urlfetch(error, _without_user(url))
    request = _client.Request(method, target, fields, payload,
                              validate_certificate in (None, True), decode)

    def run():
        client = _client.Client(_MOST_CONTENT, MAX_REDIRECTS, _PORTS)
        try:
            result = _Result(client.fetch(request, seconds, follow_redirects))
        except _errors.HttpError as error:
            failure = _as_urlfetch(error, _shown(url))
        else:
            if result.content_was_truncated and not allow_truncated:
                raise ResponseTooLargeError(result)
            return result
        raise failure

    return run


def make_fetch_call(rpc, url, payload=None, method=GET, headers=None,
                    allow_truncated=False, follow_redirects=True,
                    validate_certificate=None):
    """Starts a fetch in another thread.

    Args:
      rpc: from create_rpc(). Its get_result() returns the result.
      url, payload, method, headers, allow_truncated, follow_redirects,
        validate_certificate: as for fetch().

    Returns:
      `rpc`.

    Raises:
      What fetch() raises for its arguments.
    """
    assert rpc.service == 'urlfetch', repr(rpc.service)
    rpc.start(_prepare(url, payload, method, headers, allow_truncated,
                       follow_redirects, rpc.deadline, validate_certificate))
    return rpc


def fetch(url, payload=None, method=GET, headers=None, allow_truncated=False,
          follow_redirects=True, deadline=None, validate_certificate=None):
    """Fetches a URL.

    Args:
      url: http: or https:, of at most 2048 characters, without a user name.
        Ports: 80-90, 440-450 and 1024-65535.
      payload: the body for POST, PUT and PATCH, at most 10 MiB of bytes, or
        text, which is sent as UTF-8. Ignored for other methods.
      method: one of the constants, or its name.
      headers: a mapping. App Engine's forbidden headers (Content-Length, Host,
        Vary, Via, X-Forwarded-For, ...) are left out, with a line in the log.
        With an Accept-Encoding, the content stays compressed.
      allow_truncated: content of more than 32 MiB is cut off instead of an
        error.
      follow_redirects: follow up to 5; otherwise they are the result.
      deadline: in seconds, for everything. None: the thread's default, or 5.
      validate_certificate: None and True verify the server's certificate.
        False does not, unless the policy forbids that.

    Returns:
      A result with the fields content, status_code, headers, header_msg,
      final_url and content_was_truncated.

    Raises:
      Error: a subclass of it; see urlfetch_errors.
      TypeError, ValueError: another argument is invalid.
    """
    if deadline is None:
        deadline = get_default_fetch_deadline()
    return _prepare(url, payload, method, headers, allow_truncated,
                    follow_redirects, deadline, validate_certificate)()


Fetch = fetch
