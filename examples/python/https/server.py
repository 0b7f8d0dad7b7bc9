# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The server under serve_threaded, serve_forking and those made from them."""
import socket
import sys

import handler
import service
import tls

try:
    from http.server import HTTPServer
except ImportError:  # Python 2.7.
    from BaseHTTPServer import HTTPServer


class TlsServer(HTTPServer):
    """TLS from handshake to close_notify in finish_request, not in accept.

    A mix-in runs finish_request in a thread or a process of its own, so that
    no client can stall another one or end the server.
    """

    request_queue_size = 128
    stopping = False

    def __init__(self, args, context, handle=handler.Handler):
        service.check(args)
        self.root, self.context, self.connections = args.root, context, set()
        HTTPServer.__init__(self, (args.address, args.port), handle)

    def finish_request(self, request, client_address):
        request.settimeout(tls.HANDSHAKE)
        connection = self.wrap(request)
        self.connections.add(connection)
        try:
            if not self.stopping:
                connection.do_handshake()
                self.RequestHandlerClass(connection, client_address, self)
                self.end(connection)
        finally:
            self.connections.discard(connection)
            connection.close()

    def wrap(self, request):
        return self.context.wrap_socket(request, server_side=True,
                                        do_handshake_on_connect=False)

    def end(self, connection):
        connection.settimeout(tls.HANDSHAKE)
        try:
            connection.unwrap()  # close_notify, and wait for the client's.
        except (EnvironmentError, ValueError):
            pass  # The client has gone, which is its right.

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if isinstance(error, KeyboardInterrupt):
            raise  # Python 2.7 comes here with it; it ends the server.
        if not isinstance(error, EnvironmentError):
            return HTTPServer.handle_error(self, request, client_address)
        sys.stderr.write('%s %r\n' % (client_address[0], str(error)))

    def stop(self):
        """Ends what waits for a request; lets what has one finish."""
        self.stopping = True
        for connection in list(self.connections):
            try:  # SSLSocket.shutdown would skip close_notify.
                socket.socket.shutdown(connection, socket.SHUT_RD)
            except socket.error:
                pass
        self.server_close()
