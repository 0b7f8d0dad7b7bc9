# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The TLS half of M2Crypto, over Airlock: the import is all that changes.

    from airlock.m2crypto import SSL, httpslib

Names, arguments and results are those of M2Crypto 0.38's documentation;
docs/howto/migrating-from-m2crypto.md lists what differs. The policy of the
platform applies as it does to `ssl`. For Python 3.8 and later.
"""
import sys

from airlock import _finder

if sys.version_info < (3, 8):
    raise ImportError('airlock.m2crypto needs Python 3.8 or later')
_finder.install()

from airlock.m2crypto import (
    BIO, DH, Err, Rand, SSL, X509, ftpslib, httpslib, m2, m2urllib, m2urllib2,
    m2xmlrpclib, six, threading, util)
from airlock.m2crypto._not_tls import __getattr__  # noqa: F401 (PEP 562)

__all__ = ['BIO', 'DH', 'Err', 'Rand', 'SSL', 'X509', 'ftpslib', 'httpslib',
           'm2', 'm2urllib', 'm2urllib2', 'm2xmlrpclib', 'six', 'threading',
           'util']
# The version of M2Crypto whose interface this is.
__version__ = '0.38.0'
version = __version__
version_info = (0, 38, 0)
