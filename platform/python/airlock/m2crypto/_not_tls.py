# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto's modules that have nothing to do with TLS."""
from typing import NoReturn

_MODULES = {'ASN1', 'AuthCookie', 'BN', 'DSA', 'EC', 'EVP', 'Engine', 'RC4',
            'RSA', 'SMIME'}


def __getattr__(name: str) -> NoReturn:
    """For attributes of the package that it does not have."""
    if name in _MODULES:
        raise ImportError(
            'airlock.m2crypto has only what M2Crypto has for TLS, and %s is '
            'not part of that: import it from M2Crypto itself' % name)
    raise AttributeError("module 'airlock.m2crypto' has no attribute %r" % name)
