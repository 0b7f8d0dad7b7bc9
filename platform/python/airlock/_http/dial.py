# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Opens connections: addresses, proxies, TLS; all under one deadline."""
from __future__ import absolute_import

import errno
import socket
import ssl

from airlock import _hostname
from airlock import _wrap
from airlock._http import errors
from airlock._http import lookup
from airlock._http import response as responses
from airlock._http.stream import Stream

# OpenSSL's numbers (X509_V_ERR_*): 2.7 and 3.6 compare names in ssl.py, and
# then have no number.
_HOSTNAME_MISMATCH = 62
_IP_ADDRESS_MISMATCH = 64


def _addresses(host, port, deadline):
    """getaddrinfo's results."""
    result = (lookup.look_up(host, port) if _hostname.is_address(host) else
              lookup.look_up_until(host, port, deadline))
    if isinstance(result, Exception):
        raise errors.LookupFailed('%s has no address: %s' % (host, result))
    return result


def _connect(host, port, deadline):
    """A connected socket: the first of the addresses that answers in its share
    of the time."""
    addresses = _addresses(host, port, deadline)
    failures = []
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = None
        try:
            sock = socket.socket(family, kind, protocol)
            sock.settimeout(deadline.remaining() / (len(addresses) - index))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except errors.DeadlineExceeded:
            if sock is not None:
                sock.close()
            raise
        except (socket.error, OSError) as error:
            if sock is None and error.errno in (errno.EMFILE, errno.ENFILE,
                                                errno.ENOMEM, errno.ENOBUFS):
                raise errors.OutOfResources(str(error))
            if sock is not None:
                sock.close()
            if (isinstance(error, socket.timeout) and
                    index == len(addresses) - 1):
                raise deadline.exceeded()
            failures.append('%s: %s' % (address[0], error))
    raise errors.ConnectFailed('%s:%d does not accept a connection (%s)' % (
        host, port, '; '.join(failures) or 'it has no address'))


def _tunnel(stream, url, proxy):
    """Has the proxy connect to the URL's host (RFC 9110, section 9.3.6)."""
    lines = ['CONNECT %s HTTP/1.1' % url.host_and_port,
             'Host: %s' % url.host_and_port]
    if proxy.authorization:
        lines.append('Proxy-Authorization: ' + proxy.authorization)
    stream.send_all('\r\n'.join(lines + ['', '']).encode('ascii'))
    head = responses.read_head(stream)
    if not 200 <= head.status < 300:
        raise errors.ConnectFailed('%s answered CONNECT with status %d' % (
            proxy, head.status))


def _refusal(host, error):
    """The HttpError for an exception of `ssl`."""
    code = getattr(error, 'verify_code', None)
    message = getattr(error, 'verify_message', None)
    if isinstance(error, ssl.CertificateError) and code is None:
        code = (_IP_ADDRESS_MISMATCH if _hostname.is_address(host)
                else _HOSTNAME_MISMATCH)
        message = str(error)
    if code is not None or (getattr(error, 'reason', None) ==
                            'CERTIFICATE_VERIFY_FAILED'):
        return errors.CertificateRefused(
            '%s is not verified: %s' % (host, error), host, error, code,
            message)
    return errors.TlsError('TLS with %s failed: %s' % (host, error), host,
                           error)


def _shake_hands(sock, host, deadline):
    """The handshake, with the check of the name."""
    while True:
        sock.settimeout(deadline.remaining())
        try:
            sock.do_handshake()
            return
        except ssl.CertificateError as error:
            # ssl.py of 2.7 cannot match an address. The chain is verified.
            if (isinstance(error, ssl.SSLError) or
                    not _hostname.is_address(host)):
                raise
            _hostname.match_hostname(sock.getpeercert(), host)
            return
        except ssl.SSLError as error:
            if 'timed out' in str(error):
                raise deadline.exceeded()
            raise
        except socket.timeout:
            raise deadline.exceeded()


def _wrapped(sock, url, verify, deadline):
    """The TLS socket, after the handshake; owns `sock` from the start."""
    host = url.host[:-1] if url.host.endswith('.') else url.host
    owned = sock
    try:
        try:
            owned = _wrap.client_context(verify).wrap_socket(
                sock, server_hostname=host, do_handshake_on_connect=False,
                suppress_ragged_eofs=False)
        except (ssl.SSLError, ValueError) as error:
            # The policy, or the CA bundle; before anything was sent.
            raise errors.CertificateRefused(
                '%s was not asked: %s' % (host, error), host, error)
        try:
            _shake_hands(owned, host, deadline)
        except ssl.SSLEOFError as error:
            raise errors.Closed('%s ended the connection in the TLS '
                                'handshake: %s' % (host, error))
        except (ssl.SSLError, ssl.CertificateError) as error:
            raise _refusal(host, error)
        except (socket.error, OSError) as error:
            raise errors.Closed('the connection to %s broke in the TLS '
                                'handshake: %s' % (host, error))
        return owned
    except BaseException:
        owned.close()
        raise


def dial(url, proxy, verify, deadline):
    """A Stream to a Url's server, over a Proxy or None.

    Args:
      url, proxy: where to connect; an http: URL is asked of the proxy itself.
      verify: whether the server's certificate must be trusted, and for
        url.host.
      deadline: of all steps, and of the Stream.

    Raises:
      errors.HttpError: of the kind that says which step failed.
    """
    host, port = (proxy.host, proxy.port) if proxy else (url.host, url.port)
    sock = _connect(host, port, deadline)
    if url.scheme == 'http':
        return Stream(sock, deadline, host)
    if proxy:
        stream = Stream(sock, deadline, host)
        try:
            _tunnel(stream, url, proxy)
            sock = stream.detach()
        except BaseException:
            stream.close()
            raise
    return Stream(_wrapped(sock, url, verify, deadline), deadline, url.host)
