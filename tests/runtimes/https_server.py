# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server on Python's own OpenSSL, for the tests of other languages.

usage: https_server.py CA CHAIN KEY

It prints two ports: its own, and one that never answers. It requires a client
certificate, and has these paths:

  /sized, /unsized  BODY, with a Content-Length or until the connection ends
  /cut              the same as /unsized, but ended without close_notify
  /echo             what was POSTed
  /peer             the client's port, by which a connection is known
  /last, /gone      the same, and the connection is over; /last says so
  /pair             an answer as soon as two wait for it
"""

import http.server
import socket
import ssl
import sys
import threading

# More than a TLS record and the sockets' buffers hold, and no text.
BODY = bytes(range(256)) * 4096
PAIR = threading.Barrier(2, timeout=60)


class Handler(http.server.BaseHTTPRequestHandler):
  protocol_version = 'HTTP/1.1'

  def answer(self, body, close=False):
    self.send_response(200)
    self.send_header('Content-Length', str(len(body)))
    if close:
      self.send_header('Connection', 'close')
    self.end_headers()
    self.wfile.write(body)

  def do_GET(self):
    if self.path == '/sized':
      self.answer(BODY)
    elif self.path in ('/unsized', '/cut'):
      self.wfile.write(b'HTTP/1.0 200 OK\r\n\r\n' + BODY)
      self.close_connection = True
      if self.path == '/unsized':
        self.connection.unwrap()
    elif self.path in ('/peer', '/last', '/gone'):
      peer = str(self.client_address[1]).encode()
      self.answer(peer, close=self.path == '/last')
      self.close_connection = self.path != '/peer'
    elif self.path == '/pair':
      PAIR.wait()
      self.answer(b'paired')
    else:
      self.send_error(404)

  def do_POST(self):
    self.answer(self.rfile.read(int(self.headers['Content-Length'])))

  def finish(self):
    super().finish()
    if getattr(self, 'path', None) == '/cut':
      return
    try:
      self.connection.unwrap()
    except (OSError, ValueError):
      pass  # The client has gone, or it was done already.

  def log_message(self, *args):
    pass


class Server(http.server.ThreadingHTTPServer):
  """Shakes hands in the connection's own thread."""

  def __init__(self, context):
    super().__init__(('127.0.0.1', 0), Handler)
    self.context = context

  def finish_request(self, request, client_address):
    with self.context.wrap_socket(request, server_side=True) as connection:
      super().finish_request(connection, client_address)

  def handle_error(self, request, client_address):
    pass  # It is the client's, which tells.


def main():
  ca, chain, key = sys.argv[1:]
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
  context.load_cert_chain(chain, key)
  context.load_verify_locations(ca)
  context.verify_mode = ssl.CERT_REQUIRED
  server = Server(context)
  silent = socket.create_server(('127.0.0.1', 0))  # Accepts nothing.
  print(server.server_address[1], silent.getsockname()[1], flush=True)
  server.serve_forever()


if __name__ == '__main__':
  main()
