# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The constants of M2Crypto.m2 that concern TLS, and a few of its functions."""
import ssl
from typing import Any, Optional

from airlock.m2crypto import _verify_errors

OPENSSL_VERSION_NUMBER = ssl.OPENSSL_VERSION_NUMBER
OPENSSL_VERSION_TEXT = ssl.OPENSSL_VERSION

SSL_VERIFY_NONE = 0
SSL_VERIFY_PEER = 1
SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 2
SSL_VERIFY_CLIENT_ONCE = 4
VERIFY_CRL_CHECK_LEAF = int(ssl.VERIFY_CRL_CHECK_LEAF)
VERIFY_CRL_CHECK_CHAIN = int(ssl.VERIFY_CRL_CHECK_CHAIN)

SSL_SENT_SHUTDOWN = 1
SSL_RECEIVED_SHUTDOWN = 2

SSL_SESS_CACHE_OFF = 0
SSL_SESS_CACHE_CLIENT = 1
SSL_SESS_CACHE_SERVER = 2
SSL_SESS_CACHE_BOTH = 3

SSL_OP_ALL = int(ssl.OP_ALL)
SSL_OP_NO_SSLv2 = int(ssl.OP_NO_SSLv2)
SSL_OP_NO_SSLv3 = int(ssl.OP_NO_SSLv3)
SSL_OP_NO_TLSv1 = int(ssl.OP_NO_TLSv1)
SSL_OP_NO_TLSv1_1 = int(ssl.OP_NO_TLSv1_1)
SSL_OP_NO_TLSv1_2 = int(ssl.OP_NO_TLSv1_2)
SSL_OP_NO_TLSv1_3 = int(ssl.OP_NO_TLSv1_3)
SSL_OP_NO_TICKET = int(ssl.OP_NO_TICKET)
SSL_OP_CIPHER_SERVER_PREFERENCE = int(ssl.OP_CIPHER_SERVER_PREFERENCE)

SSL_CB_LOOP = 0x01
SSL_CB_EXIT = 0x02
SSL_CB_READ = 0x04
SSL_CB_WRITE = 0x08
SSL_CB_HANDSHAKE_START = 0x10
SSL_CB_HANDSHAKE_DONE = 0x20
SSL_CB_ALERT = 0x4000
SSL_CB_READ_ALERT = SSL_CB_ALERT | SSL_CB_READ
SSL_CB_WRITE_ALERT = SSL_CB_ALERT | SSL_CB_WRITE
SSL_ST_CONNECT = 0x1000
SSL_ST_ACCEPT = 0x2000
SSL_ST_MASK = 0x0FFF
SSL_ST_INIT = SSL_ST_CONNECT | SSL_ST_ACCEPT
SSL_ST_BEFORE = 0x4000
SSL_ST_OK = 0x03
SSL_ST_RENEGOTIATE = SSL_ST_INIT | 0x04
SSL_CB_CONNECT_LOOP = SSL_ST_CONNECT | SSL_CB_LOOP
SSL_CB_CONNECT_EXIT = SSL_ST_CONNECT | SSL_CB_EXIT
SSL_CB_ACCEPT_LOOP = SSL_ST_ACCEPT | SSL_CB_LOOP
SSL_CB_ACCEPT_EXIT = SSL_ST_ACCEPT | SSL_CB_EXIT

bio_noclose = 0
bio_close = 1

NID_commonName = 13
NID_countryName = 14
NID_localityName = 15
NID_stateOrProvinceName = 16
NID_organizationName = 17
NID_organizationalUnitName = 18
NID_pkcs9_emailAddress = 48

X509_V_OK = 0
X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT = 2
X509_V_ERR_UNABLE_TO_GET_CRL = 3
X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE = 4
X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE = 5
X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY = 6
X509_V_ERR_CERT_SIGNATURE_FAILURE = 7
X509_V_ERR_CRL_SIGNATURE_FAILURE = 8
X509_V_ERR_CERT_NOT_YET_VALID = 9
X509_V_ERR_CERT_HAS_EXPIRED = 10
X509_V_ERR_CRL_NOT_YET_VALID = 11
X509_V_ERR_CRL_HAS_EXPIRED = 12
X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD = 13
X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD = 14
X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD = 15
X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD = 16
X509_V_ERR_OUT_OF_MEM = 17
X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT = 18
X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN = 19
X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY = 20
X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE = 21
X509_V_ERR_CERT_CHAIN_TOO_LONG = 22
X509_V_ERR_CERT_REVOKED = 23
X509_V_ERR_INVALID_CA = 24
X509_V_ERR_PATH_LENGTH_EXCEEDED = 25
X509_V_ERR_INVALID_PURPOSE = 26
X509_V_ERR_CERT_UNTRUSTED = 27
X509_V_ERR_CERT_REJECTED = 28
X509_V_ERR_APPLICATION_VERIFICATION = 50


def x509_get_verify_error(code: Optional[int]) -> str:
    """The text of a verification failure's code."""
    return _verify_errors.TEXTS.get(
        code or 0, 'unknown certificate verification error')


def ssl_get_ex_data_x509_store_ctx_idx() -> int:
    """The index with which a callback finds its connection."""
    return 0


def x509_store_ctx_get_ex_data(ctx: Any, idx: int) -> Any:
    """The SSL.Connection that is verified (`ctx`: X509_Store_Context.ctx)."""
    return ctx.connection if idx == 0 else None


def ssl_ctx_get_cert_store(ctx: Any) -> Any:
    """The X509_Store of an SSL.Context."""
    return ctx.get_cert_store()


def ssl_get_state_v(connection: Any) -> str:
    """What a connection is doing, in words."""
    return connection.get_state_text()


def err_clear_error() -> None:
    """Does nothing: the queue of errors is always empty."""
