# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Python 3.15's groups and signature algorithms, for every version."""
from __future__ import absolute_import

from airlock import _finder


def _call(target, name, *args, **kwargs):
    """Calls a method that older versions have under a private name."""
    method = (getattr(target, name, None) or
              getattr(target, '_' + name, None))
    if method is None:
        raise TypeError('%s is not Airlock\'s: call airlock.install() before '
                        'ssl is imported' % type(target).__name__)
    return method(*args, **kwargs)


def _connection(sock):
    """What an SSLSocket or SSLObject wraps; None if it is not connected."""
    while hasattr(sock, '_sslobj'):
        sock = sock._sslobj  # Twice in Python 3.6.
    return sock


def _ask(sock, name):
    connection = _connection(sock)
    return None if connection is None else _call(connection, name)


def set_groups(context, groups):
    """Sets the groups for key agreement, by preference.

    Args:
      context: an ssl.SSLContext.
      groups: names with colons between, such as 'X25519:P-256'. One that begins
        with '?' is ignored if it is unknown. '' restores the default.

    Raises:
      ssl.SSLError: a group is unknown, or none is left.
    """
    _call(context, 'set_groups', groups)


def get_groups(context, include_aliases=False):
    """The names of the groups that set_groups accepts, as a list."""
    return _call(context, 'get_groups', include_aliases=include_aliases)


def set_ciphersuites(context, suites):
    """Sets the suites of TLS 1.3.

    BoringSSL cannot leave one out, so only a list of all three is accepted.

    Raises:
      ssl.SSLError: for any other list.
    """
    _call(context, 'set_ciphersuites', suites)


def set_client_sigalgs(context, sigalgs):
    """Sets the algorithms that a client may sign its handshake with.

    Args:
      context: an ssl.SSLContext.
      sigalgs: names of get_sigalgs() with colons between, or such as
        'ECDSA+SHA256'; '?' as in set_groups.

    Raises:
      ssl.SSLError: an algorithm is unknown, or none is left.
    """
    _call(context, 'set_client_sigalgs', sigalgs)


def set_server_sigalgs(context, sigalgs):
    """The same for servers; also for clients, unless theirs are set."""
    _call(context, 'set_server_sigalgs', sigalgs)


def get_sigalgs():
    """The names of the signature algorithms that can be set, as a list."""
    _finder.install()
    import _ssl
    return _call(_ssl, 'get_sigalgs')


def group(sock):
    """The group of the key agreement, such as 'x25519'.

    Args:
      sock: an ssl.SSLSocket or ssl.SSLObject.

    Returns:
      OpenSSL's name; None before the end of the handshake, or if none was used.
    """
    return _ask(sock, 'group')


def certificate_compression(sock):
    """'zlib' if the server compressed its certificate (RFC 8879), or None.

    Servers compress for clients that ask for it; ssl's own clients do not.

    Args:
      sock: an ssl.SSLSocket or ssl.SSLObject.
    """
    return _ask(sock, 'certificate_compression')


def client_sigalg(sock):
    """What the client signed the handshake with, or None; see group."""
    return _ask(sock, 'client_sigalg')


def server_sigalg(sock):
    """What the server signed the handshake with, or None; see group."""
    return _ask(sock, 'server_sigalg')
