# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks that a certificate is for the expected host name."""
from __future__ import absolute_import

import re

_NUMBER = re.compile(r'([0-9]+|0x[0-9a-f]*)\Z')
_LABEL = re.compile(r'[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z')


def _address(text):
    """The 4 or 16 bytes of an IP address in text, or None."""
    import socket  # Not above: Python 2's imports _ssl.
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_pton(family, text)
        except (socket.error, ValueError, TypeError):
            pass
    return None


def _reference_address(name):
    """The address that a host name contains, or None; brackets and a zone are
    for IPv6 only."""
    if not name.startswith('[') and ':' not in name:
        return _address(name)
    if name.startswith('['):
        if not name.endswith(']'):
            return None
        name = name[1:-1]
    address = _address(name.partition('%')[0])
    return address if address is not None and len(address) == 16 else None


def _dns_labels(name):
    """The labels of a DNS name, in lower case; None if it is not one."""
    if name.endswith('.'):
        name = name[:-1]
    labels = name.lower().split('.')
    return labels if all(_LABEL.match(label) for label in labels) else None


def _matches(pattern, labels):
    """RFC 9525, section 6.3: a wildcard is the whole left-most label."""
    if pattern.startswith('*.'):
        rest = _dns_labels(pattern[2:])
        return rest is not None and len(rest) >= 2 and rest == labels[1:]
    return _dns_labels(pattern) == labels


def _text(hostname):
    if isinstance(hostname, bytes):
        return hostname.decode('ascii')
    try:
        hostname.encode('ascii')
        return hostname
    except UnicodeError:
        return hostname.encode('idna').decode('ascii')


def _reference(hostname):
    """(text, address or None, labels or None) of a host that is asked for."""
    try:
        name = _text(hostname)
    except UnicodeError:
        raise ValueError('%r is not a valid host name' % (hostname,))
    address = _reference_address(name)
    labels = None if address else _dns_labels(name)
    # A name whose last label is a number is an address in a form that programs
    # read in different ways, such as 127.1 or 0x7f.1.
    if address is None and (labels is None or _NUMBER.match(labels[-1])):
        raise ValueError('%r is neither a host name nor an IP address'
                         % (hostname,))
    return name, address, labels


def is_address(hostname):
    """Whether a host is an IP address; ValueError if it is not a host."""
    return _reference(hostname)[1] is not None


def is_host(hostname):
    """Whether `hostname` is a DNS name or an IP address."""
    try:
        _reference(hostname)
    except ValueError:
        return False
    return True


def match_hostname(cert, hostname):
    """Checks that `cert` is the certificate of `hostname` (RFC 9525).

    Only subject alternative names are used, not the common name. A wildcard is
    the whole left-most label, with at least two more labels. IP addresses are
    compared as addresses.

    Args:
      cert: the result of SSLSocket.getpeercert() for a verified peer.
      hostname: a DNS name (str, bytes; an international name in either form),
        or an IPv4 or IPv6 address as text.

    Raises:
      ValueError: no certificate, or `hostname` is neither name nor address.
      ssl.CertificateError: the certificate is for another host. The text says
        which names it has.
    """
    if not cert:
        raise ValueError(
            'match_hostname got no certificate. Was the peer verified? '
            'getpeercert() returns none with CERT_NONE; use CERT_REQUIRED.')
    name, address, labels = _reference(hostname)
    carried = []
    for kind, value in cert.get('subjectAltName', ()):
        if kind == 'DNS':
            if labels is not None and _matches(value, labels):
                return
        elif kind == 'IP Address':
            if address is not None and _address(value.strip()) == address:
                return
        else:
            continue
        carried.append(repr(str(value)))
    import ssl
    raise ssl.CertificateError(
        'the certificate is not for %r: it is for %s' % (
            name, ', '.join(carried) if carried else
            'no host at all (its subject alternative names have no DNS name '
            'and no IP address)'))
