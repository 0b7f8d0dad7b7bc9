# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Debian's Redis server, for tests."""
import os
import socket
import subprocess
import tempfile

PROGRAM = '/usr/bin/redis-server'


def free_port():
    """A port of loopback that was free a moment ago."""
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    port = listener.getsockname()[1]
    listener.close()
    return port


class Redis(object):
    """A server without data.

    Args:
      port: 0 for any.
      options: more of its flags, such as '--requirepass', 'secret'.
      tls: a certificate chain's and a key's path: speaks TLS with them.
    """

    def __init__(self, port=0, options=(), tls=None):
        for attempt in range(5):
            self.port = port or free_port()
            number = str(self.port)
            flags = (['--port', '0', '--tls-port', number, '--tls-cert-file',
                      tls[0], '--tls-key-file', tls[1], '--tls-auth-clients',
                      'no'] if tls else ['--port', number])
            self._process = subprocess.Popen(
                [PROGRAM, '--bind', '127.0.0.1', '--save', '', '--appendonly',
                 'no', '--dir', os.environ.get('TEST_TMPDIR',
                                               tempfile.gettempdir())] +
                flags + list(options), stdout=subprocess.PIPE)
            for line in iter(self._process.stdout.readline, b''):
                if b'Ready to accept connections' in line:
                    return
            self.stop()  # Another program took the port.
        raise AssertionError('redis-server does not start')

    def stop(self):
        """Kills it; also if it has ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def ask(self, *words):
        """The reply to a command, as it was sent."""
        connection = socket.create_connection(('127.0.0.1', self.port), 60)
        try:
            connection.sendall((' '.join(words) + '\r\n').encode())
            return connection.recv(1 << 16)
        finally:
            connection.close()
