# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Peers that are verified by their SPIFFE IDs."""
from __future__ import absolute_import

from airlock._negotiation import _call


def spiffe(context, trust_domains, ids):
    """Verifies peers by their SPIFFE IDs, in place of a host name.

    The peer's certificate must be an X509-SVID, its chain must lead to the
    bundle of the trust domain in its ID, and the ID must be allowed. Sets
    check_hostname to False and verify_mode to CERT_REQUIRED. A second call
    replaces the first: do that when a bundle has changed.

    Args:
      context: an ssl.SSLContext, for servers or clients.
      trust_domains: a dict of names, such as 'example.org', and bundles: a
        path, an object with read(), or the PEM text. A file may also have
        SPIFFE's own format, a JWK set.
      ids: an iterable of what is allowed: 'spiffe://example.org/payroll', or
        with '/**' at the end all IDs below.

    Raises:
      ssl.SSLError: a bundle is invalid.
      OSError: a bundle cannot be read.
      ValueError: a name or an ID is invalid, none is given, or an ID's trust
        domain has no bundle.
    """
    if isinstance(ids, (str, bytes)):
        raise TypeError('ids must be a list of SPIFFE IDs, not one of them')
    import ssl  # Not with this module: install() comes first.
    _call(context, '_set_spiffe', list(trust_domains.items()), list(ids))
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
