# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""How many system calls a small record costs in a program with threads.

usage: PYTHON system_calls_test.py CERTS     (the folder of testdata's
certificates)
"""
import os
import subprocess
import sys
import tempfile
import threading
import unittest

import connections
from connections import TlsTest, main

COUNT = 100
CHILD = '--transfers'
# Files that do not exist: looking for one marks a place in strace's output.
BEGIN = '/the transfers begin'
END = '/the transfers end'


def transfer():
    """What strace sees: moves records while another thread exists."""

    class Transfers(TlsTest):

        def runTest(self):
            client, server = self.connect()
            end = threading.Event()
            other = connections.Task(end.wait)
            data, into = b'x' * 1024, bytearray(1024)
            os.path.exists(BEGIN)
            for _ in range(COUNT):
                client.sendall(data)
                self.assertEqual(server.recv_into(into), len(data))
            os.path.exists(END)
            end.set()
            other.result()

    return unittest.TextTestRunner().run(Transfers()).wasSuccessful()


class SystemCallsTest(unittest.TestCase):

    def calls(self):
        """The child's system calls between the marks, one a line."""
        strace = ['strace', '-f', '-qq']
        with open(os.devnull, 'w') as quiet:
            if subprocess.call(strace + ['true'], stderr=quiet):
                self.skipTest('strace cannot trace here')
        with tempfile.NamedTemporaryFile() as log:
            subprocess.check_output(
                strace + ['-o', log.name, sys.executable,
                          os.path.abspath(__file__), connections.CERTS, CHILD],
                stderr=subprocess.STDOUT)
            text = log.read().decode('latin-1')
        return text.partition(BEGIN)[2].partition(END)[0].splitlines()

    def test_small_records(self):
        # Send, receive the header, receive the rest: no duplicate of the
        # descriptor, and no wait for the GIL.
        calls = self.calls()
        self.assertGreaterEqual(len(calls), 3 * COUNT)
        self.assertLess(len(calls), 4 * COUNT)
        for name in ('fcntl(', 'dup(', 'close('):
            self.assertLess(sum(name in call for call in calls), COUNT, name)


if __name__ == '__main__':
    if sys.argv[1:] == [CHILD]:
        sys.exit(not transfer())
    main()
