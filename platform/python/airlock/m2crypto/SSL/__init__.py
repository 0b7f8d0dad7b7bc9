# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.SSL: clients and servers of TLS."""
import importlib
from typing import Any

from airlock.m2crypto import m2
from airlock.m2crypto.SSL import Checker, Session, cb
from airlock.m2crypto.SSL._errors import (SSLError, SSLNotSupportedError,
                                          SSLTimeoutError)
from airlock.m2crypto.SSL.Cipher import Cipher, Cipher_Stack
from airlock.m2crypto.SSL.timeout import (struct_size, struct_to_timeout,
                                          timeout)
from airlock.m2crypto.SSL.Context import Context
from airlock.m2crypto.SSL.Connection import Connection
from airlock.m2crypto.SSL.SSLServer import (ForkingSSLServer, SSLServer,
                                            ThreadingSSLServer)
try:
    from airlock.m2crypto.SSL.ssl_dispatcher import ssl_dispatcher
except ImportError:  # It needs asyncore.
    pass

__all__ = ['Checker', 'Cipher', 'Cipher_Stack', 'Connection', 'Context',
           'ForkingSSLServer', 'SSLError', 'SSLNotSupportedError', 'SSLServer',
           'SSLTimeoutError', 'Session', 'ThreadingSSLServer', 'cb',
           'struct_size', 'struct_to_timeout', 'timeout']

verify_none = m2.SSL_VERIFY_NONE
verify_peer = m2.SSL_VERIFY_PEER
verify_fail_if_no_peer_cert = m2.SSL_VERIFY_FAIL_IF_NO_PEER_CERT
verify_client_once = m2.SSL_VERIFY_CLIENT_ONCE
verify_crl_check_chain = m2.VERIFY_CRL_CHECK_CHAIN
verify_crl_check_leaf = m2.VERIFY_CRL_CHECK_LEAF

SSL_SENT_SHUTDOWN = m2.SSL_SENT_SHUTDOWN
SSL_RECEIVED_SHUTDOWN = m2.SSL_RECEIVED_SHUTDOWN

op_all = m2.SSL_OP_ALL
op_no_sslv2 = m2.SSL_OP_NO_SSLv2


def __getattr__(name: str) -> Any:
    if name == 'ssl_dispatcher':  # The error says why it is missing.
        importlib.import_module(__name__ + '.' + name)
    raise AttributeError('module %r has no attribute %r' % (__name__, name))
