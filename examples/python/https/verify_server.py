#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tells who a server is, if it can prove it.

usage: verify_server.py [--ca ca.pem] [--name NAME] [--json] HOST[:PORT]

Chain and host name are verified; nothing is sent beyond the handshake. Exit
status: 0 the server is who it says; 1 it is not, and the reason is on standard
error; 2 wrong usage.
"""
import json
import socket
import sys

import command
import tls


def identity(connection):
    """What is known about the peer, as a dict for json."""
    cert = connection.getpeercert()
    text = lambda name: ', '.join('%s=%s' % pair for part in name
                                  for pair in part)
    return {
        'subject': text(cert['subject']),
        'issuer': text(cert['issuer']),
        'names': [value for _, value in cert.get('subjectAltName', ())],
        'valid': '%s to %s' % (cert['notBefore'], cert['notAfter']),
        'version': connection.version(),
        'cipher': connection.cipher()[0],
    }


def main():
    parser = command.arguments(__doc__)
    parser.add_argument('--name', help='to expect, instead of HOST')
    parser.add_argument('--json', action='store_true', help='for programs')
    parser.add_argument('server', metavar='HOST[:PORT]', type=lambda text:
                        command.https_url('https://%s/' % text))
    args = parser.parse_args()
    host, port, _ = command.address(args.server)
    connection = tls.client_context(args.ca).wrap_socket(
        socket.create_connection((host, port), tls.TIMEOUT),
        server_hostname=args.name or host)
    facts = identity(connection)
    connection.close()
    if args.json:
        print(json.dumps(facts, sort_keys=True, indent=2))
    else:
        for name in sorted(facts):
            print('%-8s %s' % (name, json.dumps(facts[name]).strip('"')))


if __name__ == '__main__':
    command.run(main)
