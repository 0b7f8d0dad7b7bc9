# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Contexts and connections of airlock.m2crypto for its tests."""
import unittest

import m2crypto_peers as peers
from m2crypto_peers import cert

from airlock.m2crypto import SSL


def context(mode=SSL.verify_peer | SSL.verify_fail_if_no_peer_cert, depth=9,
            callback=None, cafile='ca.pem'):
    result = SSL.Context()
    if cafile:
        result.load_verify_locations(cert(cafile))
    result.set_verify(mode, depth, callback)
    return result


class TlsTest(unittest.TestCase):

    def connect(self, server, ctx=None):
        connection = SSL.Connection(ctx or context())
        self.addCleanup(connection.close)
        connection.settimeout(peers.SECONDS)
        self.assertEqual(connection.connect(server.address), 1)
        return connection
