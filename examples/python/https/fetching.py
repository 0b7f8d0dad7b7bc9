# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""urllib with redirects that leak nothing, and bodies that are complete."""
import tls
from command import urlsplit

try:
    from http.client import IncompleteRead
    from urllib.error import URLError
    from urllib.request import HTTPRedirectHandler, HTTPSHandler, build_opener
except ImportError:  # Python 2.7.
    from httplib import IncompleteRead
    from urllib2 import (HTTPRedirectHandler, HTTPSHandler, URLError,
                         build_opener)


class SafeRedirects(HTTPRedirectHandler):
    """https only, at most five; other origins get none of the headers."""

    max_redirections = 5

    def redirect_request(self, request, response, code, message, headers, url):
        if urlsplit(url).scheme != 'https':
            raise URLError('refused a redirect to %s: it is not https' % url)
        following = HTTPRedirectHandler.redirect_request(
            self, request, response, code, message, headers, url)
        if following and origin(url) != origin(request.get_full_url()):
            following.headers.clear()  # Authorization, Cookie, ...
        return following


def origin(url):
    parts = urlsplit(url)
    return parts.hostname, parts.port or 443


def fetch(request, context, out):
    """Copies the body of the response to the file `out`; gives the response."""
    opener = build_opener(HTTPSHandler(context=context), SafeRedirects)
    response = opener.open(request, timeout=tls.TIMEOUT)
    expected = response.info().get('Content-Length')
    size = 0
    chunk = True
    while chunk:
        chunk = response.read(65536)
        out.write(chunk)
        size += len(chunk)
    if expected is not None and size < int(expected):  # urllib does not look.
        raise IncompleteRead(b'', int(expected) - size)
    out.flush()
    return response
