# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.httpslib: HTTPS over http.client."""
import base64
from http.client import (
    HTTP_PORT, HTTPS_PORT, BadStatusLine, CannotSendHeader, CannotSendRequest,
    HTTPConnection, HTTPException, HTTPResponse, ImproperConnectionState,
    IncompleteRead, InvalidURL, LineTooLong, NotConnected, RemoteDisconnected,
    ResponseNotReady, UnimplementedFileMode, UnknownProtocol,
    UnknownTransferEncoding, error, responses)
from typing import Any, Optional, Tuple, Union
from urllib.parse import urlsplit, urlunsplit

from airlock.m2crypto import SSL

__all__ = [
    'HTTPSConnection', 'ProxyHTTPSConnection', 'HTTP_PORT', 'HTTPS_PORT',
    'BadStatusLine', 'CannotSendHeader', 'CannotSendRequest', 'HTTPConnection',
    'HTTPException', 'HTTPResponse', 'ImproperConnectionState',
    'IncompleteRead', 'InvalidURL', 'LineTooLong', 'NotConnected',
    'RemoteDisconnected', 'ResponseNotReady', 'UnimplementedFileMode',
    'UnknownProtocol', 'UnknownTransferEncoding', 'error', 'responses']

# Seconds, for connecting and for each operation, if nothing else is said.
DEFAULT_TIMEOUT = 60.0

_OPTIONS = {'key_file', 'cert_file', 'ssl_context', 'context', 'timeout'}


def _context(options: dict) -> SSL.Context:
    """The context that the options of a connection describe."""
    given = [options[name] for name in ('ssl_context', 'context')
             if options.get(name) is not None]
    if len(given) > 1:
        raise ValueError('give either context or ssl_context')
    certificate, key = options.get('cert_file'), options.get('key_file')
    if given:
        if not isinstance(given[0], SSL.Context):
            raise TypeError('ssl_context must be an SSL.Context, not %s'
                            % type(given[0]).__name__)
        if certificate is not None or key is not None:
            raise ValueError('load cert_file and key_file into ssl_context, '
                             'with SSL.Context.load_cert')
        return given[0]
    context = SSL.Context()
    if certificate is not None:
        context.load_cert(certificate, key)
    elif key is not None:
        raise ValueError('key_file needs cert_file')
    return context


class HTTPSConnection(HTTPConnection):
    """A connection with an HTTPS server.

    Args:
      host, port: the server; the port may be in the host.
      strict: has no effect.
      ssl_context: an SSL.Context; None: a new one. `context` is the same.
      cert_file, key_file: a client certificate, for its own context.
      timeout: in seconds, for connecting and for each operation; None: no end.
        DEFAULT_TIMEOUT unless given.
    """

    default_port = HTTPS_PORT

    def __init__(self, host: str, port: Optional[int] = None,
                 strict: Any = None, **ssl: Any) -> None:
        unknown = set(ssl) - _OPTIONS
        if unknown:
            raise ValueError('unknown keyword argument: %s'
                             % ', '.join(sorted(unknown)))
        self.session: Optional[SSL.Session.Session] = None
        self.ssl_ctx = _context(ssl)
        super().__init__(host, port, timeout=ssl.get('timeout',
                                                     DEFAULT_TIMEOUT))

    def connect(self) -> None:
        """Connects, also by way of the proxy of set_tunnel()."""
        super().connect()
        self._start_ssl(getattr(self, '_tunnel_host', None) or self.host)

    def _start_ssl(self, host: str) -> None:
        """Makes TLS over self.sock, with `host` at its other end."""
        connection = SSL.Connection(self.ssl_ctx, self.sock)
        self.sock: Any = connection
        try:
            connection.set1_host(host)
            if self.session is not None:
                connection.set_session(self.session)
            connection.connect_ssl()
            connection.check_peer()
        except BaseException:
            connection.abandon()
            self.sock = None
            raise

    def get_session(self) -> SSL.Session.Session:
        return self.sock.get_session()

    def set_session(self, session: SSL.Session.Session) -> None:
        """The session to resume when it connects."""
        self.session = session


class ProxyHTTPSConnection(HTTPSConnection):
    """A connection with an HTTPS server by way of a proxy, with CONNECT.

    The server is in the URL of the request. Its certificate is verified like
    that of any other.

    Args:
      host, port: the proxy.
      username, password: for the proxy.
    """

    _ports = {'http': 80, 'https': 443}

    def __init__(self, host: str, port: Optional[int] = None,
                 strict: Any = None, username: Union[str, bytes, None] = None,
                 password: Union[str, bytes, None] = None,
                 **ssl: Any) -> None:
        super().__init__(host, port, strict, **ssl)
        self._username = _bytes(username)
        self._password = _bytes(password)
        self._proxy_auth: Optional[str] = None
        self._proxy_agent: Optional[str] = None
        self._target: Optional[Tuple[str, int]] = None

    def putrequest(self, method: str, url: str, *args: Any,
                   **kwargs: Any) -> None:
        parts = urlsplit(url)
        if not parts.scheme:
            raise ValueError('unknown URL type: %s' % url)
        port = parts.port or self._ports.get(parts.scheme)
        if parts.hostname is None or port is None:
            raise ValueError('unknown protocol for: %s' % url)
        target = (parts.hostname, port)
        if self.sock is not None and target != self._target:
            raise ValueError('the connection leads to %s:%d, not to %s:%d'
                             % (self._target + target if self._target
                                else ('nowhere', 0) + target))
        self._target = target
        rest = urlunsplit(('', '', parts.path or '/', parts.query, ''))
        skip_host = args[0] if args else kwargs.pop('skip_host', False)
        super().putrequest(method, rest, True, *args[1:], **kwargs)
        if not skip_host:
            self.putheader('Host', _host_header(*target, parts.scheme))

    def putheader(self, header: Any, *values: Any) -> None:
        """Keeps what is meant for the proxy from the server."""
        name = _text(header).lower()
        if name == 'user-agent':
            self._proxy_agent = _text(values[0])
        if name == 'proxy-authorization':
            self._proxy_auth = _text(values[0])
        else:
            super().putheader(header, *values)

    def _auth(self) -> Optional[str]:
        if self._proxy_auth is not None:
            return self._proxy_auth
        if not self._username or self._password is None:
            return None
        pair = base64.b64encode(self._username + b':' + self._password)
        return 'Basic ' + pair.decode('ascii')

    def connect(self) -> None:
        if self._target is None:
            raise ValueError('the request must come first: its URL names the '
                             'server')
        headers = {}
        if self._proxy_agent is not None:
            headers['User-Agent'] = self._proxy_agent
        auth = self._auth()
        if auth is not None:
            headers['Proxy-Authorization'] = auth
        if self.sock is None:
            self.set_tunnel(*self._target, headers=headers)
        super().connect()


def _bytes(text: Union[str, bytes, None]) -> Optional[bytes]:
    return text.encode('utf-8') if isinstance(text, str) else text


def _text(value: Any) -> str:
    return value.decode('latin-1') if isinstance(value, bytes) else str(value)


def _host_header(host: str, port: int, scheme: str) -> str:
    name = '[%s]' % host if ':' in host else host
    return (name if port == ProxyHTTPSConnection._ports.get(scheme) else
            '%s:%d' % (name, port))
