#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Gets a page over HTTPS and writes it to standard output.

usage: get.py [--ca ca.pem] [--header 'NAME: VALUE'] https://localhost:9443/

Chain and host name are verified before anything is sent. A redirect may lead
to another https server, which does not get the headers. Exit status: 0 it
worked; 1 no connection, no trust, an HTTP error or half a page; 2 wrong usage.
"""
import sys

import command
import fetching
import tls

try:
    from urllib.request import Request
except ImportError:  # Python 2.7.
    from urllib2 import Request


def header(text):
    name, colon, value = text.partition(':')
    if not colon or '\n' in text or '\r' in text:
        raise ValueError
    return name.strip(), value.strip()


def main():
    parser = command.arguments(__doc__)
    parser.add_argument('--header', type=header, action='append', default=[],
                        help="a header to send, 'NAME: VALUE'")
    parser.add_argument('url', type=command.https_url)
    args = parser.parse_args()
    request = Request(args.url, headers=dict(args.header))
    out = getattr(sys.stdout, 'buffer', sys.stdout)
    fetching.fetch(request, tls.client_context(args.ca), out)


if __name__ == '__main__':
    command.run(main)
