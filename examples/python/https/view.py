# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What /_tls shows: handshake and session of a connection."""
import ssl


def describe(connection):
    """Facts about an SSLSocket or SSLObject of a server, for json."""
    cert = connection.getpeercert() or {}
    name, _, bits = connection.cipher()
    return {
        'version': connection.version(),
        'cipher': name,
        'bits': bits,
        'alpn': connection.selected_alpn_protocol(),
        'sni': getattr(connection, 'sni', None),
        'client_certificate': subject(cert) if cert else None,
        # None is unknown: Python 2.7 has only the sums below.
        'session_reused': getattr(connection, 'session_reused', None),
        'handshakes': connection.context.session_stats()['accept_good'],
        'handshakes_that_reused': connection.context.session_stats()['hits'],
        'implementation': ssl.OPENSSL_VERSION,
    }


def subject(cert):
    """Such as {'commonName': ['Jane'], ...}, of getpeercert()."""
    result = {}
    for part in cert.get('subject', ()):
        for name, value in part:
            result.setdefault(name, []).append(value)
    return result
