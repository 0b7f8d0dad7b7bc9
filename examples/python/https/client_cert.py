#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Gets a page from a server that asks for a client certificate.

usage: client_cert.py --cert client.pem --key client.key [--ca ca.pem] URL
       client_cert.py --cert env:CERT --key env:KEY [--ca ca.pem] URL

With Airlock, certificate and key may be text that is in no file (env:NAME);
stock Python takes files alone. A file of --cert may hold the key, too; the
password of an encrypted key is in KEY_PASSWORD. Exit status: 0 it worked; 1 no
connection, no trust, refused or an HTTP error; 2 wrong usage.
"""
import ssl
import sys

import command
import fetching
import tls

try:
    from urllib.request import Request
except ImportError:  # Python 2.7.
    from urllib2 import Request


def main():
    parser = command.arguments(__doc__)
    parser.add_argument('--cert', metavar='SOURCE', required=True,
                        help='certificate with its intermediates')
    parser.add_argument('--key', metavar='SOURCE', help='its private key')
    parser.add_argument('url', type=command.https_url)
    args = parser.parse_args()
    # Into the context: what urllib takes besides (cafile, key_file, cert_file)
    # is ignored, refused or gone, depending on the version.
    context = tls.client_context(args.ca, args.cert, args.key)
    out = getattr(sys.stdout, 'buffer', sys.stdout)
    try:
        fetching.fetch(Request(args.url), context, out)
    except EnvironmentError as error:
        # A TLS 1.3 server's refusal comes with the first read.
        if 'ALERT' in str(error):
            sys.exit('%s\nThe server does not accept this certificate: is it '
                     'valid, and of a CA that it asks for?' % error)
        raise


if __name__ == '__main__':
    command.run(main)
