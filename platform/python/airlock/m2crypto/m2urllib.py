# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.m2urllib: HTTPS over urllib's URLopener, which Python 3.14 drops.

Use m2urllib2, whose openers raise an error for each status above 400.
"""
import urllib.request
import warnings
from typing import Any, Optional
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit

from airlock._http import fields
from airlock.m2crypto import SSL, httpslib

__all__ = ['FancyURLopener', 'URLopener']

_Fancy: Any = getattr(urllib.request, 'FancyURLopener', object)


class FancyURLopener(_Fancy):
    """Opens URLs, and follows redirects: not from https to something else, and
    without secrets to another origin.

    Args:
      ssl_context: an SSL.Context; None: a new one.
      Others: those of urllib's.
    """

    tempcache: Any = None  # Of urllib's, for an opener that is not made.

    def __init__(self, *args: Any, ssl_context: Optional[SSL.Context] = None,
                 **kwargs: Any) -> None:
        if _Fancy is object:
            raise NotImplementedError('this Python has no URLopener: use '
                                      'm2urllib2')
        self.ctx = SSL.Context() if ssl_context is None else ssl_context
        if not isinstance(self.ctx, SSL.Context):
            raise TypeError('ssl_context must be an SSL.Context, not %s'
                            % type(ssl_context).__name__)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', DeprecationWarning)
            super().__init__(*args, **kwargs)

    def _https_connection(self, host: str) -> httpslib.HTTPSConnection:
        return httpslib.HTTPSConnection(host, ssl_context=self.ctx)

    def redirect_internal(self, url: str, fp: Any, errcode: int, errmsg: Any,
                          headers: Any, data: Any) -> Any:
        target = headers.get('location') or headers.get('uri')
        if not target:
            return None
        here = '%s:%s' % (self.type, url)
        there = urljoin(here, target)
        if self.type == 'https' and urlsplit(there).scheme != 'https':
            raise HTTPError(here, errcode, 'a redirect from https to %s is not '
                            'followed' % there, headers, fp)
        kept = self.addheaders
        if urlsplit(here)[:2] != urlsplit(there)[:2]:
            self.addheaders = fields.for_another_origin(kept)
        try:
            return super().redirect_internal(url, fp, errcode, errmsg, headers,
                                             data)
        finally:
            self.addheaders = kept


URLopener = FancyURLopener
