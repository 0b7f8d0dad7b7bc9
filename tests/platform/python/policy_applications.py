# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Applications in a process of their own, under a policy, and their server.

What the tests of the policy share. It takes the first argument, the folder of
testdata's certificates.
"""
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))
# The beginning of every application below. `context` verifies, in the ways of
# this Python.
PROLOGUE = '''
import os, socket, sys
port = int(sys.argv[1])

def dial():
    return socket.create_connection(("127.0.0.1", port), 30)

def greet(wrapped):
    wrapped.sendall(b"hello")
    assert wrapped.recv(10) == b"hello"
    wrapped.close()
    print("connected")
'''
# What stands above this, in such an application, runs first.
PROLOGUE_HERE = '# The prologue.\n'
PLAIN = '''
    import ssl
    context = ssl.create_default_context()
    greet(context.wrap_socket(dial(), server_hostname="%s"))
'''
OWN_CA = '''
    import ssl
    context = ssl.create_default_context(cafile=%r)
    greet(context.wrap_socket(dial(), server_hostname="localhost"))
'''


def cert(name):
    return os.path.join(CERTS, name)


class PolicyTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)

    def serve(self, name, clients=1, ciphers='ALL'):
        """The port of a server with that certificate, for so many clients.

        It speaks every version of TLS.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        chain = cert(name + '_chain.pem')
        if hasattr(context, 'minimum_version'):
            context.minimum_version = ssl.TLSVersion.TLSv1
        # First, since they decide which certificates are too weak to load.
        context.set_ciphers(ciphers)
        context.load_cert_chain(
            chain if os.path.exists(chain) else cert(name + '.pem'),
            cert(name + '.key'))
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))
        listener.listen(1)

        def run():
            for _ in range(clients):
                plain, _ = listener.accept()
                try:
                    plain.settimeout(30)
                    wrapped = context.wrap_socket(plain, server_side=True)
                    wrapped.sendall(wrapped.recv(10))
                    wrapped.close()
                except (ssl.SSLError, socket.error):
                    plain.close()

        thread = threading.Thread(target=run)
        thread.daemon = True
        thread.start()
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def policy(self, text):
        """The variables of a process with this policy of the operator's."""
        path = os.path.join(self.folder, 'airlock.yaml')
        with open(path, 'w') as file:
            file.write(textwrap.dedent(text))
        return {'AIRLOCK_CONFIG': path}

    def bundle(self, name):
        """A copy of a bundle that only this user can change."""
        path = os.path.join(self.folder, name)
        shutil.copyfile(cert(name), path)
        os.chmod(path, 0o644)
        return path

    def run_app(self, code, port, variables):
        """What an application of that code says, errors included."""
        environment = dict(os.environ, SSL_CERT_FILE=cert('root.pem'))
        for name in ('AIRLOCK_VERIFY', 'PYTHONHTTPSVERIFY', 'SSLKEYLOGFILE'):
            environment.pop(name, None)
        environment.update(variables)
        path = os.path.join(self.folder, 'app.py')
        with open(path, 'w') as file:
            # In Python 2, the prologue imports _ssl.
            first, _, then = code.rpartition(PROLOGUE_HERE)
            file.write('import os, sys\n' + first + PROLOGUE
                       + textwrap.dedent(then))
        process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', path, str(port)], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return process.communicate()[0].decode()

    def assert_connects(self, said):
        # What the log says of an upgrade, or of what it allows, is all that may
        # stand beside it.
        rest = [line for line in said.splitlines() if not re.match(
            'airlock: WARNING: (For a connection to .*, (because of|as is '
            'allowed by) |A client )', line)]
        self.assertEqual(rest, ['connected'], said)

    def assert_refused(self, said, *words):
        self.assertNotIn('connected', said)
        self.assertIn('Error', said)
        for word in words:
            self.assertIn(word, said)
