# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Servers of TLS over socketserver."""
import contextlib
import socketserver
from typing import Any, Tuple

from airlock.m2crypto.SSL.Connection import Connection
from airlock.m2crypto.SSL.Context import Context

__all__ = ['SSLServer', 'ForkingSSLServer', 'ThreadingSSLServer']


class SSLServer(socketserver.TCPServer):
    """Serves one client after the other.

    The handshake comes after verify_request(), in the place where the request
    is handled: in the thread or the process of that client, if there is one. If
    it fails or takes longer than `handshake_timeout` seconds, handle_error()
    is called, and the server goes on.
    """

    handshake_timeout = 10.0

    def __init__(self, server_address: Any, RequestHandlerClass: Any,
                 ssl_context: Context, bind_and_activate: bool = True) -> None:
        super().__init__(server_address, RequestHandlerClass,
                         bind_and_activate=False)
        self.ssl_ctx = ssl_context
        self.socket.close()
        self.socket: Any = Connection(ssl_context, family=self.address_family)
        if bind_and_activate:
            try:
                self.server_bind()
                self.server_activate()
            except BaseException:
                self.server_close()
                raise

    def get_request(self) -> Tuple[Any, Any]:
        sock, address = self.socket.socket.accept()
        return self.socket.accepted(sock, address), address

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.shake_hands(self.handshake_timeout)
        super().finish_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.close_request(request)

    def close_request(self, request: Any) -> None:
        request.close()


class ThreadingSSLServer(socketserver.ThreadingMixIn, SSLServer):
    """Serves each client in its own thread."""

    daemon_threads = True


class ForkingSSLServer(socketserver.ForkingMixIn, SSLServer):
    """Serves each client in its own process."""

    def process_request(self, request: Any, client_address: Any) -> None:
        # The keys of session tickets are made here, so that all children have
        # the same. What is wrong with the context, the child's handshake says.
        with contextlib.suppress(Exception):
            self.ssl_ctx.native(server=True)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Ends the connection, in the client's process."""
        request.close()

    def close_request(self, request: Any) -> None:
        """Closes the server's copy of the descriptor, and sends nothing: the
        connection is that of the client's process."""
        request.abandon()
