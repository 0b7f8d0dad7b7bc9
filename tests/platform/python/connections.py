# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Connections within one process, and threads that use them.

What the tests of connections share. It takes the first argument, the folder of
testdata's certificates.
"""
import os
import socket
import ssl
import sys
import threading
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))
# After this time, it hangs.
SECONDS = 60
PYTHON2 = sys.version_info[0] == 2


def cert(name):
    return os.path.join(CERTS, name)


def client_context():
    return ssl.create_default_context(cafile=cert('root.pem'))


def server_context(sni_callback=None):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert('server_p256_chain.pem'),
                            cert('server_p256.key'))
    if sni_callback:
        set_sni_callback(context, sni_callback)
    return context


def set_sni_callback(context, callback):
    if hasattr(context, 'sni_callback'):
        context.sni_callback = callback
    else:
        context.set_servername_callback(callback)


def socket_pair():
    ends = socket.socketpair()
    if PYTHON2:
        ends = [socket.socket(_sock=end) for end in ends]
    for end in ends:
        end.settimeout(SECONDS)
    return ends


def c_socket(connection):
    """The C object below: it is a member in 2.7, a base class later on."""
    return connection._sock if PYTHON2 else connection


class Task(threading.Thread):
    """Runs a function in a thread; result() gives what it gave or raised."""

    def __init__(self, function, *arguments):
        super(Task, self).__init__()
        self.daemon = True  # A hanging thread must not hang the test.
        self._call = function, arguments
        self._result = self._error = None
        self.start()

    def run(self):
        function, arguments = self._call
        try:
            self._result = function(*arguments)
        except Exception as error:
            self._error = error

    def result(self):
        self.join(SECONDS)
        if self.is_alive():
            raise AssertionError('it hangs')
        if self._error is not None:
            raise self._error
        return self._result


class TlsTest(unittest.TestCase):
    """Makes one connection over a pair of sockets."""

    def setUp(self):
        self.near, self.far = socket_pair()
        self.addCleanup(self.near.close)
        self.addCleanup(self.far.close)

    def wrap_client(self, context=None):
        wrapped = (context or client_context()).wrap_socket(
            self.near, server_hostname='localhost')
        self.addCleanup(wrapped.close)
        return wrapped

    def wrap_server(self, context=None, shake=True):
        wrapped = (context or server_context()).wrap_socket(
            self.far, server_side=True, do_handshake_on_connect=shake)
        self.addCleanup(wrapped.close)
        return wrapped

    def connect(self, client=None, server=None):
        accepting = Task(self.wrap_server, server)
        return self.wrap_client(client), accepting.result()


def main():
    """unittest's, which a deadlock ends with each thread's traceback."""
    if not PYTHON2:
        # If the GIL is part of the deadlock, Python code cannot report it.
        import faulthandler
        faulthandler.dump_traceback_later(3 * SECONDS, exit=True)
    unittest.main()
