#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Posts a form or a file over HTTPS and writes the answer to standard output.

usage: post.py [--ca ca.pem] https://localhost:9443/_echo name=value ...
       post.py [--ca ca.pem] --file report.pdf https://localhost:9443/_echo

Chain and host name are verified before anything is sent. If the server
redirects, the next request is a GET without the data. Exit status: 0 it worked;
1 no connection, no trust, an HTTP error or half an answer; 2 wrong usage.
"""
import sys

import command
import fetching
import tls

try:
    from urllib.parse import urlencode
    from urllib.request import Request
except ImportError:  # Python 2.7.
    from urllib import urlencode
    from urllib2 import Request


def field(text):
    name, equals, value = text.partition('=')
    if not equals:
        raise ValueError
    return name, value


def main():
    parser = command.arguments(__doc__)
    parser.add_argument('--file', help='post this file, instead of a form')
    parser.add_argument('url', type=command.https_url)
    parser.add_argument('fields', type=field, nargs='*', metavar='name=value')
    args = parser.parse_args()
    if bool(args.file) == bool(args.fields):
        parser.error('give either fields or --file')
    if args.file:
        with open(args.file, 'rb') as file:
            data, kind = file.read(), 'application/octet-stream'
    else:
        data = urlencode(args.fields).encode()
        kind = 'application/x-www-form-urlencoded'
    request = Request(args.url, data, {'Content-Type': kind})
    out = getattr(sys.stdout, 'buffer', sys.stdout)
    fetching.fetch(request, tls.client_context(args.ca), out)


if __name__ == '__main__':
    command.run(main)
