# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a connection negotiated."""
from typing import Any, Optional

from airlock.m2crypto.SSL import _errors
from airlock.m2crypto.SSL.Cipher import Cipher, Cipher_Stack
from airlock.m2crypto.SSL.Context import Context


class Facts:
    """Connection's questions about its state, version and ciphers."""

    ctx: Context
    transport: Any
    _server: Optional[bool]
    _ciphers: Optional[str]
    _handshaken: bool

    def get_context(self) -> Context:
        return self.ctx

    def get_state(self) -> str:
        return 'SSLOK ' if self._handshaken else 'PINIT '

    def get_state_text(self) -> str:
        return ('SSL negotiation finished successfully' if self._handshaken
                else 'before SSL initialization')

    def get_version(self) -> str:
        """'TLSv1.3', for example."""
        tls = self.transport.tls
        return (tls.version() if tls is not None else None) or 'unknown'

    def get_cipher(self) -> Optional[Cipher]:
        tls = self.transport.tls
        suite = tls.cipher() if tls is not None else None
        return Cipher(suite[0], suite[2], suite[1]) if suite else None

    def get_ciphers(self) -> Cipher_Stack:
        context = self.ctx.native(bool(self._server), False, self._ciphers)
        return Cipher_Stack([
            Cipher(each['name'], each['strength_bits'], each['protocol'])
            for each in context.get_ciphers()])

    def get_cipher_list(self, idx: int = 0) -> str:
        ciphers = self.get_ciphers()
        return ciphers[idx].name() if 0 <= idx < len(ciphers) else ''

    def set_cipher_list(self, cipher_list: str) -> int:
        """As Context.set_cipher_list, for this connection."""
        try:
            self.ctx.native(bool(self._server), False, cipher_list)
        except _errors.SSLError as error:
            if error.reason in (None, 'NO_CIPHER_MATCH'):
                return 0
            raise
        self._ciphers = cipher_list
        return 1
