# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The proxies that the environment names: HTTPS_PROXY, http_proxy, NO_PROXY."""
from __future__ import absolute_import

import base64
import collections
import os

from airlock._http import errors
from airlock._http import url as urls

try:
    from urllib.parse import unquote as _unquote
except ImportError:
    from urllib import unquote as _unquote

# HTTP_PROXY is not read: in CGI, the header Proxy of a request sets it.
_VARIABLES = {'https': ('https_proxy', 'HTTPS_PROXY'), 'http': ('http_proxy',)}


class Proxy(collections.namedtuple('Proxy', 'host port authorization')):
    """Where a proxy is, and its header Proxy-Authorization or None."""
    __slots__ = ()

    def __str__(self):
        return 'the proxy %s:%d' % (self.host, self.port)


def _excepted(url, exceptions):
    """Whether NO_PROXY's value lists the host, a domain above it, or both with
    a port."""
    host = url.host.rstrip('.')
    for entry in exceptions.lower().replace(',', ' ').split():
        if entry == '*':
            return True
        name, colon, port = entry.rpartition(':')
        if colon and port.isdigit() and (':' not in name or
                                         name.endswith(']')):
            if int(port) != url.port:
                continue
            entry = name
        entry = entry.strip('[]').lstrip('*').strip('.')
        if entry and (host == entry or host.endswith('.' + entry)):
            return True
    return False


def _parse(variable, value):
    """The Proxy that a variable's value names.

    Its form is [http://][USER:PASSWORD@]HOST:PORT.
    """
    scheme, separator, rest = value.partition('://')
    if not separator:
        scheme, rest = 'http', value
    user, at, address = rest.rpartition('@')
    try:
        if scheme.lower() != 'http':
            raise errors.InvalidUrl(
                'a proxy of the kind %r is not supported, only http' % scheme)
        url = urls.parse('http://' + address)
        if url.target != '/':
            raise errors.InvalidUrl('it has a path')
    except errors.InvalidUrl as error:
        # The value is not shown: it may contain a password.
        raise errors.ConnectFailed('%s is not a proxy: %s' % (variable, error))
    authorization = None
    if at:
        pair = _unquote(user)
        if not isinstance(pair, bytes):
            pair = pair.encode('utf-8')
        authorization = 'Basic ' + base64.b64encode(pair).decode('ascii')
    return Proxy(url.host, url.port, authorization)


def find(url, environment=None):
    """The Proxy for a Url, or None.

    Args:
      url: what is to be fetched.
      environment: os.environ, unless given. Lower case takes precedence.

    Raises:
      errors.ConnectFailed: the variable is not a proxy's address.
    """
    environment = os.environ if environment is None else environment
    exceptions = environment.get('no_proxy') or environment.get('NO_PROXY', '')
    for variable in _VARIABLES[url.scheme]:
        value = environment.get(variable)
        if value:
            return None if _excepted(url, exceptions) else (
                _parse(variable, value))
    return None
