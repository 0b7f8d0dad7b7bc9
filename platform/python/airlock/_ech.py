# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Encrypted Client Hello (RFC 9849), which hides the name of the server."""
from __future__ import absolute_import

from airlock._negotiation import _ask, _call


def _bytes(value):
    """`value`, or the bytes of a str."""
    return value.encode('ascii') if isinstance(value, type(u'')) else value


def set_ech_configs(context, configs):
    """Has the clients of a context offer Encrypted Client Hello.

    `server_hostname` stays the name that is verified. A server that rejects it
    gets no connection: the handshake raises an ssl.SSLError whose reason is
    'ECH_REJECTED'; see ech_retry_configs.

    Args:
      context: an ssl.SSLContext. It serves one host at a time: what is set when
        a connection begins is used.
      configs: the server's ECHConfigList, as bytes, in base64 (a DNS record's
        `ech`), or as the text of a PEM file (RFC 9934). None: no longer offer
        it.

    Raises:
      ValueError: the list is empty or damaged, has no configuration that can be
        used, or this Airlock is built on an engine without it.
    """
    _call(context, '_set_ech_configs', _bytes(configs))


def set_ech_grease(context, enabled=True):
    """Has clients without configurations send random bytes in their place.

    A connection then fails with a ValueError if the engine does not have it.
    """
    _call(context, '_set_ech_grease', enabled)


def set_ech_keys(context, pem):
    """Has the servers of a context decrypt what clients hide.

    The certificate has to be valid for the public name of the keys, too.

    Args:
      context: an ssl.SSLContext.
      pem: the text of a PEM file of RFC 9934, not its path; or of several in a
        row, of which the first is current and the others only decrypt. None:
        no keys.

    Raises:
      ValueError: the text is not that of such a file, or the engine has no
        Encrypted Client Hello.
    """
    _call(context, '_set_ech_keys', _bytes(pem))


def ech_status(sock):
    """What became of Encrypted Client Hello.

    Args:
      sock: an ssl.SSLSocket or ssl.SSLObject.

    Returns:
      'not offered', 'accepted', 'grease' (a client's), or 'rejected' (a
      server's: it had no key for what the client sent); None before the end of
      the handshake.
    """
    return _ask(sock, 'ech_status')


def ech_retry_configs(error):
    """The configurations of a server that rejected Encrypted Client Hello.

    Args:
      error: the ssl.SSLError of the handshake.

    Returns:
      Bytes for set_ech_configs and one more attempt; b'' if the server does not
      have it any more; None for any other error, and if the server did not
      prove that it has the public name.
    """
    return getattr(error, 'ech_retry_configs', None)
