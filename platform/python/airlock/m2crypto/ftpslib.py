# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.ftpslib: FTP over TLS (RFC 4217)."""
import io
from ftplib import (
    CRLF, FTP, FTP_PORT, MSG_OOB, Error, all_errors, error_perm, error_proto,
    error_reply, error_temp)
from typing import Any, Optional, Tuple

from airlock.m2crypto import SSL

__all__ = ['FTP_TLS', 'CRLF', 'FTP', 'FTP_PORT', 'MSG_OOB', 'Error',
           'all_errors', 'error_perm', 'error_proto', 'error_reply',
           'error_temp']

# Seconds, for connecting and for each operation, if nothing else is said.
DEFAULT_TIMEOUT = 60.0


class FTP_TLS(FTP):
    """An FTP client: auth_tls() protects the commands, prot_p() the data.

    Args:
      host: the server, which it connects to at once; None: connect() does.
      ssl_ctx: an SSL.Context; None: a new one.
    """

    def __init__(self, host: Optional[str] = None,
                 ssl_ctx: Optional[SSL.Context] = None) -> None:
        self.ssl_ctx = SSL.Context() if ssl_ctx is None else ssl_ctx
        if not isinstance(self.ssl_ctx, SSL.Context):
            raise TypeError('ssl_ctx must be an SSL.Context, not %s'
                            % type(ssl_ctx).__name__)
        self.prot = False
        super().__init__(host or '', timeout=DEFAULT_TIMEOUT)

    def _secured(self, sock: Any, session: Any = None) -> SSL.Connection:
        """TLS over `sock`, after the handshake and the check of the name."""
        connection = SSL.Connection(self.ssl_ctx, sock)
        try:
            connection.set1_host(self.host)
            if session is not None:
                connection.set_session(session)
            connection.connect_ssl()
            connection.check_peer()
        except BaseException:
            connection.abandon()
            raise
        return connection

    def auth_tls(self) -> str:
        """Protects the commands from now on; comes before login()."""
        answer = self.voidcmd('AUTH TLS')
        # What the server has sent too early is not of TLS, and is dropped.
        self.file.close()
        self.sock: Any = self._secured(self.sock)
        self.file = io.TextIOWrapper(self.sock.makefile('rb'),
                                     encoding=self.encoding)
        return answer

    def auth_ssl(self) -> None:
        """Raises NotImplementedError: use auth_tls()."""
        raise NotImplementedError('AUTH SSL is obsolete: use auth_tls()')

    def prot_p(self) -> str:
        """Protects the data of transfers from now on."""
        self.voidcmd('PBSZ 0')
        answer = self.voidcmd('PROT P')
        self.prot = True
        return answer

    def prot_c(self) -> str:
        """Transfers data in the clear from now on."""
        answer = self.voidcmd('PROT C')
        self.prot = False
        return answer

    def ntransfercmd(self, cmd: str, rest: Any = None) -> Tuple[Any, Any]:
        """(connection, size or None) of a transfer."""
        sock, size = super().ntransfercmd(cmd, rest)
        if self.prot:
            # Servers want to see that it is the same client.
            sock = self._secured(sock, self.sock.get_session())
        return sock, size
