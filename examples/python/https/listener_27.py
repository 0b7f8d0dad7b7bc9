# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Listens for the connections of an asyncore server, in Python 2.7."""
import asyncore
import signal
import socket
import sys

import stream_27


class Listener(asyncore.dispatcher):
    """Makes a stream of class `kind` of each connection."""

    def __init__(self, args, context, kind):
        asyncore.dispatcher.__init__(self)
        self.root, self.context, self.kind = args.root, context, kind
        self.create_socket(socket.AF_INET, socket.SOCK_STREAM)
        self.set_reuse_addr()
        self.bind((args.address, args.port))
        self.listen(128)
        self.server_address = self.socket.getsockname()

    def handle_accept(self):
        try:
            connection, _ = self.accept()
            self.kind(self.context.wrap_socket(connection, server_side=True,
                                               do_handshake_on_connect=False))
        except (EnvironmentError, TypeError) as error:  # accept may give None.
            # asyncore would close the listener, and all would be over.
            sys.stderr.write('%r\n' % str(error))

    def serve_forever(self):
        """Until SIGINT or SIGTERM, which must not interrupt a stream's step."""
        signals = []
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, lambda *_: signals.append(1))
        stream_27.loop(lambda: signals)
        self.stop()

    def stop(self):
        """Ends what waits for a request; lets what has one finish."""
        self.close()
        for stream in list(asyncore.socket_map.values()):
            if not stream.request:
                stream.end()
                stream.handle_event()  # close_notify; it does not wait.
                stream.close()
        stream_27.loop()
