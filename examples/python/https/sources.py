# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Certificates, keys and CAs by name: a file, or env:NAME.

env:NAME is PEM text in an environment variable, which need not be in any file.
Stock Python takes CAs as text, too; certificates and keys as text need Airlock.
"""
import os
import ssl
import sys


def load(context, ca, cert, key):
    """Loads what is not None into an ssl.SSLContext, or exits and says why."""
    try:
        what = ca
        if ca and ca.startswith('env:'):
            context.load_verify_locations(cadata=u'' + _variable(ca))
        elif ca:
            context.load_verify_locations(ca)
        what = ' and '.join(source for source in (cert, key) if source)
        if cert:
            context.load_cert_chain(_value(cert), _value(key), _password)
    except EnvironmentError as error:
        sys.exit('cannot load %s: %s' % (what, error))


def _value(source):
    if source is None or not source.startswith('env:'):
        return source
    if 'Airlock' not in ssl.OPENSSL_VERSION:
        sys.exit('%s: the ssl of this Python takes certificates and keys only '
                 'from files: name a file, or use Airlock' % source)
    return _variable(source)


def _variable(source):
    text = os.environ.get(source[len('env:'):])
    return text or sys.exit('%s: this variable is not set' % source)


def _password():
    # Called if the key is encrypted. Without it, stock asks the terminal.
    return _variable('env:KEY_PASSWORD')
