# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 for the servers with threads or processes."""
import sys

import pages
import tls

try:
    from http.server import BaseHTTPRequestHandler
except ImportError:  # Python 2.7.
    from BaseHTTPServer import BaseHTTPRequestHandler


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD of what is below server.root; POST to /_echo."""

    protocol_version = 'HTTP/1.1'
    timeout = tls.TIMEOUT
    wbufsize = 65536  # A response's headers are one record.
    longest_body = 1 << 20

    def do_GET(self):
        if self.headers.get('Content-Length') or self.headers.get(
                'Transfer-Encoding'):
            self.close_connection = True  # It is not read.
        self.reply(*pages.answer(self.server.root, self.path, self.connection))

    do_HEAD = do_GET

    def do_POST(self):
        length = self.headers.get('Content-Length', '')
        if (self.path != '/_echo' or not length.isdigit() or
                int(length) > self.longest_body):
            self.close_connection = True
            return self.reply(*pages.page(
                u'POST at most 1 MiB, with its length, to /_echo\n',
                'text/plain', 400))
        self.reply(*pages.page(self.rfile.read(int(length)).decode('latin-1'),
                   'text/plain'))

    def reply(self, status, kind, size, file):
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(size))
        self.send_header('X-Content-Type-Options', 'nosniff')
        self.end_headers()
        while size and self.command != 'HEAD':
            chunk = file.read(min(size, 65536))
            if not chunk:  # It has shrunk.
                self.close_connection = True
                break
            self.wfile.write(chunk)
            size -= len(chunk)
        file.close()

    def log_message(self, form, *args):
        # repr: a client could write anything into the terminal.
        sys.stderr.write('%s %r\n' % (self.client_address[0], form % args))
