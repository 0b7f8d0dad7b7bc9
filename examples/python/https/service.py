# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""How the servers are started and stopped."""
import argparse
import os
import signal
import sys


def arguments(description):
    """A parser with what every server has."""
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--cert', metavar='SOURCE', required=True,
                        help='certificate, intermediates: a file or env:NAME')
    parser.add_argument('--key', metavar='SOURCE',
                        help='its private key; without it, --cert has it, too')
    parser.add_argument('--address', default='127.0.0.1',
                        help='where to listen; default: %(default)s')
    parser.add_argument('--port', type=int, default=9443,
                        help='default: %(default)s; 0: any that is free')
    parser.add_argument('root', help='the directory to serve')
    return parser


def check(args):
    """Exits if the directory does not exist, or would publish the key."""
    if not os.path.isdir(args.root):
        sys.exit('%s: not a directory' % args.root)
    root = os.path.join(os.path.realpath(args.root), '')
    source = args.key or args.cert
    if not source.startswith('env:') and os.path.realpath(source).startswith(
            root):
        sys.exit('%s: clients could get this key from %s. Move it elsewhere'
                 % (source, args.root))


def announce(root, address):
    """The first line of output, once clients can connect."""
    host = 'localhost' if address[0] == '127.0.0.1' else address[0]
    print('Serving %s at https://%s:%d/' % (root, host, address[1]))
    sys.stdout.flush()


def run(server):
    """Serves until SIGINT or SIGTERM, then stops in order."""
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, signal.default_int_handler)
    try:
        announce(server.root, server.server_address)
        server.serve_forever()
    except KeyboardInterrupt:
        server.stop()
