# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sessions of TLS, kept for the next connection. Python 3.6 and later."""
import threading

import tls


class ResumingContext(tls.ClientContext):
    """Hands each new connection a session that an earlier one left.

    A session is used once: TLS 1.3 asks for that, lest observers link the
    connections. http.client calls wrap_socket, asyncio wrap_bio; neither has an
    argument for sessions.
    """

    def __init__(self, *_):
        self.sessions = {}  # Of each host: never offered to another one.
        self.lock = threading.Lock()

    def wrap_socket(self, *args, **options):
        options['session'] = self.take(options['server_hostname'])
        return super(ResumingContext, self).wrap_socket(*args, **options)

    def wrap_bio(self, *args, **options):
        options['session'] = self.take(options['server_hostname'])
        return super(ResumingContext, self).wrap_bio(*args, **options)

    def take(self, host):
        with self.lock:
            kept = self.sessions.get(host)
            return kept.pop() if kept else None

    def keep(self, connection):
        """After the first data, for TLS 1.3's come after the handshake."""
        if connection.session is not None:
            with self.lock:
                self.sessions.setdefault(connection.server_hostname,
                                         []).append(connection.session)
