# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.m2urllib2: HTTPS over urllib.request."""
from typing import Any, Optional
from urllib.error import ContentTooShortError, HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    AbstractBasicAuthHandler, AbstractDigestAuthHandler, AbstractHTTPHandler,
    BaseHandler, CacheFTPHandler, DataHandler, FTPHandler, FileHandler,
    HTTPBasicAuthHandler, HTTPCookieProcessor, HTTPDefaultErrorHandler,
    HTTPDigestAuthHandler, HTTPErrorProcessor, HTTPHandler, HTTPPasswordMgr,
    HTTPPasswordMgrWithDefaultRealm, HTTPPasswordMgrWithPriorAuth,
    HTTPRedirectHandler, OpenerDirector, ProxyBasicAuthHandler,
    ProxyDigestAuthHandler, ProxyHandler, Request, UnknownHandler, getproxies,
    install_opener, pathname2url, url2pathname, urlcleanup, urlopen,
    urlretrieve)

from airlock._http import fields
from airlock.m2crypto import SSL, httpslib

__all__ = [
    'HTTPSHandler', 'RedirectHandler', 'build_opener', 'ContentTooShortError',
    'HTTPError', 'URLError', 'AbstractBasicAuthHandler',
    'AbstractDigestAuthHandler', 'AbstractHTTPHandler', 'BaseHandler',
    'CacheFTPHandler', 'DataHandler', 'FTPHandler', 'FileHandler',
    'HTTPBasicAuthHandler', 'HTTPCookieProcessor', 'HTTPDefaultErrorHandler',
    'HTTPDigestAuthHandler', 'HTTPErrorProcessor', 'HTTPHandler',
    'HTTPPasswordMgr', 'HTTPPasswordMgrWithDefaultRealm',
    'HTTPPasswordMgrWithPriorAuth', 'HTTPRedirectHandler', 'OpenerDirector',
    'ProxyBasicAuthHandler', 'ProxyDigestAuthHandler', 'ProxyHandler',
    'Request', 'UnknownHandler', 'getproxies', 'install_opener',
    'pathname2url', 'url2pathname', 'urlcleanup', 'urlopen', 'urlretrieve']


class HTTPSHandler(AbstractHTTPHandler):
    """Opens https URLs. ssl_context: an SSL.Context; None: a new one."""

    def __init__(self, ssl_context: Optional[SSL.Context] = None) -> None:
        super().__init__()
        if ssl_context is None:
            ssl_context = SSL.Context()
        if not isinstance(ssl_context, SSL.Context):
            raise TypeError('ssl_context must be an SSL.Context, not %s'
                            % type(ssl_context).__name__)
        self.ctx = ssl_context

    def https_open(self, req: Any) -> Any:
        connect: Any = self._connection
        return self.do_open(connect, req)

    def _connection(self, host: str, timeout: Any = None,
                    **_: Any) -> httpslib.HTTPSConnection:
        seconds = (timeout if isinstance(timeout, (int, float)) else
                   httpslib.DEFAULT_TIMEOUT)
        return httpslib.HTTPSConnection(host, ssl_context=self.ctx,
                                        timeout=seconds)

    https_request = AbstractHTTPHandler.do_request_


def _origin(url: str) -> Any:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


class RedirectHandler(HTTPRedirectHandler):
    """Follows redirects, but not from https to something else, and without the
    request's secrets if they lead to another origin."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: Any,
                         headers: Any, newurl: str) -> Any:
        if (urlsplit(req.full_url).scheme == 'https'
                and urlsplit(newurl).scheme != 'https'):
            raise HTTPError(
                req.full_url, code, 'a redirect from https to %s is not '
                'followed' % newurl, headers, fp)
        result = super().redirect_request(req, fp, code, msg, headers, newurl)
        if result is not None and _origin(newurl) != _origin(req.full_url):
            # Any header that is not known to be harmless may be a secret.
            result.headers = dict(fields.for_another_origin(
                result.headers.items()))
            result.unredirected_hdrs = {}
        return result


def build_opener(ssl_context: Optional[SSL.Context] = None,
                 *handlers: Any) -> OpenerDirector:
    """An opener for https and the usual schemes.

    Args:
      ssl_context: an SSL.Context; None: a new one.
      handlers: instances or classes, which take the place of the default
        handlers that they derive from.
    """
    def replaced(default: type) -> bool:
        return any(issubclass(each if isinstance(each, type) else type(each),
                              default) for each in handlers)

    defaults: list = list(handlers)
    if not replaced(HTTPRedirectHandler):
        defaults.append(RedirectHandler())
    if not replaced(HTTPSHandler):
        defaults.append(HTTPSHandler(ssl_context))
    opener = OpenerDirector()
    for default in (ProxyHandler, UnknownHandler,
                    HTTPHandler,
                    HTTPDefaultErrorHandler,
                    FTPHandler, FileHandler,
                    HTTPErrorProcessor):
        if not replaced(default):
            opener.add_handler(default())
    for handler in defaults:
        opener.add_handler(handler() if isinstance(handler, type) else handler)
    return opener
