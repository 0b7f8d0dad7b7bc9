# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A connection's peer: its certificate, and how that was verified."""
import ssl
from typing import Any, List, Optional

from airlock.m2crypto import X509, m2
from airlock.m2crypto.SSL import Checker, _chain, _errors
from airlock.m2crypto.SSL.Context import Context, is_old_style


def wrong_host(host: str, chain: List[bytes], error: BaseException
               ) -> Checker.WrongHost:
    """What a Checker says of a peer that failed the handshake for its name."""
    if chain:
        try:
            Checker.Checker()(X509.X509(chain[0]), host)
        except Checker.WrongHost as result:
            return result
        except (Checker.SSLVerificationError, ValueError):
            pass
    return Checker.WrongHost(host, str(error), 'subjectAltName')


class Peer:
    """What Connection knows of its peer once the handshake is done."""

    ctx: Context
    transport: Any
    _server: Optional[bool]
    _ciphers: Optional[str]
    _resumed: Any
    _chain: List[bytes]
    _verify_result: Optional[int]

    def _native_name(self) -> Optional[str]:
        raise NotImplementedError

    def _verify(self) -> None:
        """What the handshake itself does not verify."""
        mode = self.ctx.get_verify_mode()
        if not mode & m2.SSL_VERIFY_PEER:
            return
        chain = self._chain
        callback = self.ctx.verify_callback
        verified = self.transport.tls.context.verify_mode != ssl.CERT_NONE
        if not chain:
            # A server that does not require a certificate may have none.
            if not self._server:
                raise _errors.SSLError('the server sent no certificate')
            return
        if callback is not None:
            judge = _chain.Judge(self, callback, is_old_style(callback))
            if verified:
                judge.ask_of_all(self._path(True), m2.X509_V_OK)
                self._verify_result = m2.X509_V_OK
            else:
                self._verify_result = _chain.judge(
                    judge, chain, self._verifying, self._native_name())
        self._check_depth(verified)

    def _path(self, verified: bool) -> List[bytes]:
        """What of the chain was verified, the peer's certificate first. Before
        Python 3.10, a server knows of that certificate alone."""
        path = _chain.verified(self.transport.tls) if verified else []
        if path:
            return path
        if self._server:
            return self._chain[:1]
        return _chain.path(self._verifying([]), self._chain,
                           self._native_name())

    def _check_depth(self, verified: bool) -> None:
        depth = self.ctx.get_verify_depth()
        # What a peer sends without need may only make it stricter.
        path = (verified and _chain.verified(self.transport.tls)
                or self._chain)
        between = len(path) - 1
        if between > 0 and _chain.signs_itself(path[-1]):
            between -= 1
        if depth >= 0 and between > depth:
            error = _errors.SSLError(
                'certificate verify failed: certificate chain too long: %d '
                'certificates between the peer\'s and the CA, and '
                'set_verify() allows %d' % (between, depth))
            error.verify_code = m2.X509_V_ERR_CERT_CHAIN_TOO_LONG
            raise error

    def _verifying(self, anchors: List[bytes]) -> ssl.SSLContext:
        """A client's context that verifies, and trusts `anchors`, too."""
        if not anchors:
            return self.ctx.native(False, False, self._ciphers, verify=True)
        return self.ctx.with_anchors(anchors, self._ciphers)

    def _presented(self) -> List[bytes]:
        tls = self.transport.tls
        chain = _chain.presented(tls)
        if tls.session_reused and self._resumed is not None:
            kept = self._resumed.chain
            if kept and kept[:1] == chain[:1]:
                return kept
        return chain

    def get_peer_cert(self) -> Optional[X509.X509]:
        """The peer's certificate; None if it sent none."""
        return X509.X509(self._chain[0]) if self._chain else None

    def get_peer_cert_chain(self) -> Optional[X509.X509_Stack]:
        """The certificates that the peer sent; a server's begins with the
        peer's own. It is valid for as long as you keep it."""
        chain = self._chain[1 if self._server else 0:]
        return X509.X509_Stack([X509.X509(der) for der in chain]) or None

    def get_verify_mode(self) -> int:
        return self.ctx.get_verify_mode()

    def get_verify_depth(self) -> int:
        return self.ctx.get_verify_depth()

    def get_verify_result(self) -> int:
        """X509_V_OK, or how the peer's chain fails; a client that does not
        verify finds out now."""
        if self._verify_result is None:
            self._verify_result = self._find_result()
        return self._verify_result

    def _find_result(self) -> int:
        chain = self._chain
        if self._server or not chain or (
                self.transport.tls.context.verify_mode != ssl.CERT_NONE):
            return m2.X509_V_OK
        error = _chain.failure(self._verifying([]), chain, self._native_name())
        return m2.X509_V_OK if error is None else error.verify_code

    def verify_ok(self) -> bool:
        return self.get_verify_result() == m2.X509_V_OK
