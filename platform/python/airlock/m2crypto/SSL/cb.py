# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Callbacks that a program may pass to an SSL.Context."""
import sys
from typing import Any

from airlock.m2crypto import m2

unknown_issuer = [
    m2.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
    m2.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
    m2.X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
    m2.X509_V_ERR_CERT_UNTRUSTED,
]


def ssl_verify_callback_stub(ssl_ctx_ptr: Any, x509_ptr: Any, errnum: int,
                             errdepth: int, ok: int) -> int:
    """Accepts what was verified. Deprecated."""
    return ok


def ssl_verify_callback(ssl_ctx_ptr: Any, x509_ptr: Any, errnum: int,
                        errdepth: int, ok: int) -> int:
    """Accepts an unknown CA if the context's allow_unknown_ca says so.

    Deprecated.
    """
    if errnum in unknown_issuer and ssl_ctx_ptr.get_allow_unknown_ca():
        sys.stderr.write('policy: %s: permitted...\n'
                         % m2.x509_get_verify_error(errnum))
        ok = 1
    depth = ssl_ctx_ptr.get_verify_depth()
    return int(bool(ok) and (depth < 0 or depth >= errdepth))


def ssl_verify_callback_allow_unknown_ca(ok: int, store: Any) -> int:
    """Accepts an unknown CA, and nothing else that is wrong."""
    return 1 if store.get_error() in unknown_issuer else ok


def ssl_info_callback(where: int, ret: int, ssl_ptr: Any) -> None:
    """Writes the states of a handshake to standard error."""
    state = ('SSL connect' if where & m2.SSL_ST_CONNECT else
             'SSL accept' if where & m2.SSL_ST_ACCEPT else 'SSL state unknown')
    if where & m2.SSL_CB_LOOP:
        word = 'LOOP'
    elif where & m2.SSL_CB_EXIT:
        word = 'INFO' if ret > 0 else 'FAILED'
    else:
        return
    sys.stderr.write('%s: %s: %s\n' % (word, state,
                                      m2.ssl_get_state_v(ssl_ptr)))
    sys.stderr.flush()
