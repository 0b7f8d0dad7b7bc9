#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The urllib2 recipe of old: an HTTPS handler that verifies servers.

usage: verified_https_handler.py [--ca ca.pem] URL

It is no longer needed. Since Python 2.7.9 and 3.4.3, urllib verifies chain and
host name itself, and HTTPSHandler(context=...) takes the CAs: see fetching.py.
Before, urllib2 verified nothing, and the recipe went around in versions that
forgot the host name, the timeout or SNI. A program that still has one can take
this in its place. Exit status: 0 it worked; 1 it did not; 2 wrong usage.
"""
import sys

import command
import tls

try:
    from http.client import HTTPConnection, HTTPSConnection
    from urllib.request import HTTPSHandler, build_opener
except ImportError:  # Python 2.7.
    from httplib import HTTPConnection, HTTPSConnection
    from urllib2 import HTTPSHandler, build_opener


class VerifiedHTTPSConnection(HTTPSConnection):
    """Verifies chain and host name before it sends anything."""

    def connect(self):
        HTTPConnection.connect(self)  # With its timeout, and by its proxy.
        self.sock = self._context.wrap_socket(
            self.sock, server_hostname=self._tunnel_host or self.host)


class VerifiedHTTPSHandler(HTTPSHandler):
    """For build_opener. Every connection is a VerifiedHTTPSConnection."""

    def __init__(self, context):
        HTTPSHandler.__init__(self)
        self.context = context

    def https_open(self, request):
        return self.do_open(VerifiedHTTPSConnection, request,
                            context=self.context)


def main():
    parser = command.arguments(__doc__)
    parser.add_argument('url', type=command.https_url)
    args = parser.parse_args()
    opener = build_opener(VerifiedHTTPSHandler(tls.client_context(args.ca)))
    out = getattr(sys.stdout, 'buffer', sys.stdout)
    out.write(opener.open(args.url, timeout=tls.TIMEOUT).read())


if __name__ == '__main__':
    command.run(main)
