# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Verifies and judges the chain that a peer presented."""
import os
import re
import ssl
import struct
import warnings
from typing import Any, Callable, List, Optional, Tuple

from airlock.m2crypto import X509, _der, m2
from airlock.m2crypto.SSL import _errors

_RSA = '1.2.840.113549.1.1.1'
# ECDHE with AES-GCM, ChaCha20 or AES-CBC, by the key of the certificate.
_SUITES = {
    True: (0xc02f, 0xc030, 0xcca8, 0xc013, 0xc014),
    False: (0xc02b, 0xc02c, 0xcca9, 0xc009, 0xc00a),
}
_DEPTH = re.compile(r': depth (\d+), subject ')
# What a callback may accept: the peer's CA is not known.
_UNKNOWN_ISSUER = frozenset((
    m2.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
    m2.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
    m2.X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
    m2.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
    m2.X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
    m2.X509_V_ERR_CERT_UNTRUSTED,
))


# The chain as it was sent: Python 3.8 and 3.9 do not offer it.

def _certificates(message: bytes, version: Any) -> List[bytes]:
    """The certificates of a Certificate message (RFC 8446, section 4.4.2)."""
    tls13 = version == ssl.TLSVersion.TLSv1_3
    position = 4
    if tls13:
        position += 1 + message[position]
    position += 3
    result = []
    while position < len(message):
        length = int.from_bytes(message[position:position + 3], 'big')
        result.append(message[position + 3:position + 3 + length])
        position += 3 + length
        if tls13:
            position += 2 + int.from_bytes(message[position:position + 2],
                                           'big')
    return result


def _note(tls: Any, direction: str, version: Any, content_type: Any,
          msg_type: Any, data: bytes) -> None:
    if (direction == 'read' and getattr(content_type, 'name', '') == 'HANDSHAKE'
            and getattr(msg_type, 'name', '') == 'CERTIFICATE'):
        tls.m2crypto_chain = _certificates(data, version or tls.version())


def watch(context: ssl.SSLContext) -> None:
    """Has connections of `context` remember what presented() returns."""
    if not hasattr(ssl.SSLObject, 'get_unverified_chain') and not hasattr(
            getattr(ssl, '_ssl')._SSLSocket, 'get_unverified_chain'):
        setattr(context, '_msg_callback', _note)


def _ders(chain: Any) -> List[bytes]:
    der = getattr(ssl, '_ssl').ENCODING_DER if chain else None
    return [each if isinstance(each, bytes) else each.public_bytes(der)
            for each in chain or ()]


def received(tls: Any) -> List[bytes]:
    """What the peer sent so far, also if the handshake failed."""
    chain = getattr(tls, 'm2crypto_chain', None)
    if chain is None:
        get = getattr(getattr(tls, '_sslobj', None), 'get_unverified_chain',
                      None)
        chain = _ders(get()) if get else []
    return chain


def presented(tls: Any) -> List[bytes]:
    """The certificates that the peer sent, its own first; in DER."""
    chain = received(tls)
    own = tls.getpeercert(True)
    if not chain and own:
        chain = [own]
    return chain


def verified(tls: Any) -> List[bytes]:
    """The chain to the CA that was verified; [] before Python 3.10."""
    get = getattr(tls._sslobj, 'get_verified_chain', None)
    return _ders(get()) if get else []


def signs_itself(der: bytes) -> bool:
    """Whether a certificate's issuer is its subject."""
    fields = _der.read(der)
    return fields.issuer == fields.subject


# Verifying a chain outside of its handshake.

def _flight(chain: List[bytes], hello: bytes, rsa: bool) -> bytes:
    """A TLS 1.2 server's ServerHello and Certificate (RFC 5246)."""
    # Record, handshake header, version and random, then the session ID.
    position = 5 + 4 + 2 + 32
    position += 1 + hello[position]
    length, = struct.unpack_from('>H', hello, position)
    offered = struct.unpack_from('>%dH' % (length // 2), hello, position + 2)
    suite = next((each for each in _SUITES[rsa] if each in offered), None)
    if suite is None:
        raise _errors.SSLError('the chain cannot be verified: the ciphers '
                               'leave out TLS 1.2 with ECDHE')

    def counted(data: bytes) -> bytes:
        return len(data).to_bytes(3, 'big') + data

    server_hello = (b'\x03\x03' + os.urandom(24) + bytes(8) + b'\0'
                    + struct.pack('>H', suite) + b'\0')
    messages = (b'\x02' + counted(server_hello) + b'\x0b'
                + counted(counted(b''.join(map(counted, chain)))))
    return b''.join(
        b'\x16\x03\x03' + struct.pack('>H', len(messages[i:i + 16384]))
        + messages[i:i + 16384] for i in range(0, len(messages), 16384))


def _verify(context: ssl.SSLContext, chain: List[bytes], host: Optional[str]
            ) -> Tuple[Optional[ssl.SSLCertVerificationError], List[bytes]]:
    """Has `context`, which must verify, verify a server's chain.

    A handshake in memory presents the chain to the verifier of `ssl`: with TLS
    1.2 that is before the key is used, which this process does not have.

    Returns:
      The failure, or None; and what verified() says.

    Raises:
      SSL.SSLError: it cannot be told.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=host)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    rsa = _der.read(chain[0]).key_oid == _RSA
    incoming.write(_flight(chain, outgoing.read(), rsa))
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return None, verified(client)
    except ssl.SSLCertVerificationError as error:
        return error, []
    raise _errors.SSLError('the chain cannot be verified')


def failure(context: ssl.SSLContext, chain: List[bytes],
            host: Optional[str]) -> Optional[ssl.SSLCertVerificationError]:
    """How `context`, which must verify, fails to verify a server's chain.

    Returns:
      None if the chain is good.

    Raises:
      SSL.SSLError: it cannot be told.
    """
    return _verify(context, chain, host)[0]


def path(context: ssl.SSLContext, chain: List[bytes],
         host: Optional[str]) -> List[bytes]:
    """The path of a good chain: from the peer's certificate to the CA's.

    A peer may send certificates that have no part in it, and rarely sends that
    of the CA. Before Python 3.10, `ssl` does not tell the path; then that of
    the CA is missing if it is one of the platform's.
    """
    found = _verify(context, chain, host)[1]
    if found:
        return found
    for certificate in chain[1:]:
        rest = [each for each in chain if each != certificate]
        if failure(context, rest, host) is None:
            chain = rest
    return chain + _issuer(context, chain, host)


def _issuer(context: ssl.SSLContext, chain: List[bytes],
            host: Optional[str]) -> List[bytes]:
    """The CA's certificate of `context` that ends a good chain; [] if the
    chain has it."""
    last = _der.read(chain[-1])
    cas = context.get_ca_certs(binary_form=True)
    if last.issuer == last.subject or chain[-1] in cas:
        return []
    issuers = [ca for ca in cas if _der.read(ca).subject == last.issuer]
    if len(issuers) == 1:
        return issuers
    # A CA may have several certificates, of different keys.
    for ca in issuers:
        alone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        alone.load_verify_locations(cadata=ca)
        if failure(alone, chain, host) is None:
            return [ca]
    return []


def depth_of(error: ssl.SSLCertVerificationError) -> int:
    """The place in the chain of the certificate that failed; 0: the peer's."""
    match = _DEPTH.search(str(error))
    return int(match.group(1)) if match else 0


class Judge:
    """Asks a verify callback about a peer's chain."""

    def __init__(self, connection: Any, callback: Callable[..., Any],
                 old_style: bool) -> None:
        self._connection = connection
        self._callback = callback
        self._old_style = old_style
        if old_style:
            warnings.warn('Old style callback, use cb_func(ok, store) instead',
                          DeprecationWarning, stacklevel=6)

    def ask(self, ok: int, code: int, depth: int, chain: List[bytes]) -> None:
        """Raises SSL.SSLError unless the callback accepts."""
        store = X509.X509_Store_Context(
            self._connection, [X509.X509(der) for der in chain], code, depth)
        try:
            answer = (self._callback(self._connection.ctx,
                                     store.get_current_cert(), code, depth, ok)
                      if self._old_style else self._callback(ok, store))
        except Exception as error:
            raise _refusal('the verify callback failed: %s: %s' % (
                type(error).__name__, error), code) from error
        if not answer or not isinstance(answer, int):
            raise _refusal(
                'the verify callback refused the certificate at depth %d' %
                depth if ok else m2.x509_get_verify_error(code), code)

    def ask_of_all(self, path: List[bytes], code: int) -> None:
        """About a good path, from the CA's certificate to the peer's."""
        for depth in reversed(range(len(path))):
            self.ask(1, code, depth, path)


def _refusal(text: str, code: int) -> _errors.SSLError:
    error = _errors.SSLError('certificate verify failed: ' + text)
    error.reason = 'CERTIFICATE_VERIFY_FAILED'
    error.verify_code = code or m2.X509_V_ERR_APPLICATION_VERIFICATION
    return error


def _unacceptable(code: int) -> _errors.SSLError:
    return _refusal('%s, which a callback cannot accept'
                    % m2.x509_get_verify_error(code), code)


def judge(judge_: Judge, chain: List[bytes],
          make_context: Callable[[List[bytes]], ssl.SSLContext],
          host: Optional[str]) -> int:
    """Lets a callback judge a chain that the handshake did not verify.

    The callback may accept that the issuer is unknown. All else is verified
    then, as if the certificate that it was shown were trusted.

    Args:
      judge_: asks the callback.
      chain: as the peer presented it.
      make_context: makes a context that verifies, and trusts the certificates
        that it is given, too.
      host: the peer's name.

    Returns:
      The failure that was accepted, or 0.

    Raises:
      SSL.SSLError: the callback refuses, or something else is wrong.
    """
    anchors: List[bytes] = []
    error = failure(make_context(anchors), chain, host)
    code = 0
    if error is not None:
        code = error.verify_code
        depth = min(depth_of(error), len(chain) - 1)
        judge_.ask(0, code, depth, chain)
        if code not in _UNKNOWN_ISSUER:
            raise _unacceptable(code) from error
        anchors = chain[depth:depth + 1]
        error = failure(make_context(anchors), chain, host)
        if error is not None:
            judge_.ask(0, error.verify_code,
                       min(depth_of(error), len(chain) - 1), chain)
            raise _unacceptable(error.verify_code) from error
        if depth == 0 and not _der.serves_tls(chain[0]):
            # Of a certificate that is itself trusted this is not verified.
            judge_.ask(0, m2.X509_V_ERR_INVALID_PURPOSE, depth, chain)
            raise _unacceptable(m2.X509_V_ERR_INVALID_PURPOSE)
        if code == m2.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
            # What OpenSSL says next: nothing vouches for the signature.
            code = m2.X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE
            judge_.ask(0, code, depth, chain)
    found = path(make_context(anchors), chain, host)
    judge_.ask_of_all(found + [each for each in anchors if each not in found],
                      code)
    return code
