# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""ssl.wrap_socket, for every version of Python."""
from __future__ import absolute_import

from airlock import _finder
from airlock import _policy


def _context(ssl, ssl_version, server_side, cert_reqs, name_given):
    """A context for one socket, with the requested verification."""
    modern = hasattr(ssl, 'PROTOCOL_TLS_CLIENT')
    if modern and ssl_version in (None, ssl.PROTOCOL_TLS):
        # The same protocols; PROTOCOL_TLS itself warns from Python 3.10 on.
        ssl_version = (ssl.PROTOCOL_TLS_SERVER if server_side
                       else ssl.PROTOCOL_TLS_CLIENT)
    elif ssl_version is None:
        ssl_version = ssl.PROTOCOL_SSLv23
    context = ssl.SSLContext(ssl_version)
    if cert_reqs is None and not server_side:
        off = _policy.policy()['verification'].value == 'off'
        cert_reqs = ssl.CERT_NONE if off else ssl.CERT_REQUIRED
        name_given = name_given or not off
    if cert_reqs is not None:
        context.check_hostname = False
        context.verify_mode = cert_reqs
        context.check_hostname = (not server_side and name_given
                                  and cert_reqs != ssl.CERT_NONE)
    return context


def client_context(verify):
    """A context for one HTTP/1.1 connection, with TLS 1.2 or later.

    Args:
      verify: whether chain and host name are verified. If not, the policy may
        refuse the connection.
    """
    import ssl
    context = _context(ssl, None, False,
                       ssl.CERT_REQUIRED if verify else ssl.CERT_NONE, True)
    if verify:
        context.load_default_certs()
    if hasattr(ssl, 'TLSVersion'):
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    elif ssl.HAS_SNI:
        # App Engine's profile 2.7 of ssl, without SNI, has TLS 1.0 only.
        context.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1
    if ssl.HAS_ALPN:
        context.set_alpn_protocols(['http/1.1'])
    return context


def _is_reference(value):
    """Whether it names a key of the platform's key service."""
    if isinstance(value, bytes):
        return value.startswith(b'airlock-key:')
    return hasattr(value, 'startswith') and value.startswith(u'airlock-key:')


def wrap_socket(sock, keyfile=None, certfile=None, server_side=False,
                cert_reqs=None, ssl_version=None, ca_certs=None,
                do_handshake_on_connect=True, suppress_ragged_eofs=True,
                ciphers=None, server_hostname=None):
    """Wraps a connected or listening socket, as ssl.wrap_socket did.

    Args:
      sock: a socket.socket of type SOCK_STREAM; the result takes it over.
      keyfile, certfile, ca_certs: a path, PEM text or bytes, or an object with
        a read method that returns them. keyfile: None if certfile also has the
        key. ca_certs: None means the platform's bundle.
        keyfile may be 'airlock-key:NAME', a key of the platform's key service,
        which never enters this process; certfile may then be None: the service
        has its certificates, too.
      server_side: a server must have a certfile.
      cert_reqs: ssl.CERT_NONE, CERT_OPTIONAL or CERT_REQUIRED. None: what the
        policy requires, or CERT_NONE if it requires nothing.
      ssl_version: None and ssl.PROTOCOL_SSLv23 use the highest version that
        both sides support.
      do_handshake_on_connect, suppress_ragged_eofs: as in Python's ssl.
      ciphers: in OpenSSL's syntax.
      server_hostname: the host to request (SNI). If the peer is verified, its
        certificate must be for this host; without it the caller has to call
        match_hostname.

    Returns:
      An ssl.SSLSocket.

    Raises:
      ImportError: Airlock is not installed in this process (see install).
      ValueError: options that contradict each other.
      ssl.SSLError: the policy forbids what is asked for, a key that does not
        match its certificate, a handshake that failed.
    """
    _finder.install()
    import ssl
    if _is_reference(keyfile) and certfile is None:
        certfile, keyfile = keyfile, None
    if certfile is None and (server_side or keyfile is not None):
        raise ValueError('certfile must be given %s' % (
            'for a server' if server_side else 'where keyfile is'))
    context = _context(ssl, ssl_version, server_side, cert_reqs,
                       server_hostname is not None)
    if ca_certs is not None:
        context.load_verify_locations(ca_certs)
    if certfile is not None:
        context.load_cert_chain(certfile, keyfile)
    if ciphers is not None:
        context.set_ciphers(ciphers)
    return context.wrap_socket(
        sock, server_side=server_side, server_hostname=server_hostname,
        do_handshake_on_connect=do_handshake_on_connect,
        suppress_ragged_eofs=suppress_ragged_eofs)
