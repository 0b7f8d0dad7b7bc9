# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""`airlock serve`, for tests."""
import os
import subprocess


class Server(object):
    """A server on its own port, until close().

    Args:
      airlock: the path of the command.
      certs: the folder of testdata's certificates.
      certificate: the one to show, such as 'server_p256_chain'.
      *flags: further flags of `airlock serve`.
    """

    def __init__(self, airlock, certs, certificate, *flags):
        path = os.path.join(certs, certificate)
        self._process = subprocess.Popen(
            [airlock, 'serve', '--port=0', '--cert=%s.pem' % path,
             '--key=%s.key' % path.replace('_chain', '')] + list(flags),
            stdout=subprocess.PIPE)
        line = self._process.stdout.readline().decode()
        self.port = line.split(',')[0].rpartition(':')[2]

    def close(self):
        self._process.terminate()
        self._process.communicate()
