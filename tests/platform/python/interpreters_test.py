# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Several interpreters in one process, each with its own GIL from 3.12 on.

usage: PYTHON interpreters_test.py CERTS    (the folder of testdata's certificates)
"""
import sys
import unittest

from connections import SECONDS, Task, cert, main, socket_pair


def interpreters():
    for module in ('_interpreters', '_xxsubinterpreters'):
        try:
            return __import__(module)
        except ImportError:
            pass
    raise unittest.SkipTest('has no module for it')


def run_in_another_interpreter(code):
    """Runs `code` in a new interpreter; raises where it did."""
    module = interpreters()
    made = module.create()
    try:
        failed = module.run_string(made, code)
        if failed is not None:
            raise AssertionError(str(failed))
    finally:
        module.destroy(made)


# What each interpreter has.
PRELUDE = '''
import sys
sys.path[:] = %r
import socket, ssl
assert 'Airlock' in ssl.OPENSSL_VERSION
names = []
def note(sock, name, context):
    assert isinstance(context, ssl.SSLContext)
    names.append(name)
ours = ssl.create_default_context(cafile=%r)
theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
theirs.load_cert_chain(%r, %r)
theirs.sni_callback = note
''' % (sys.path, cert('root.pem'), cert('server_p256_chain.pem'),
       cert('server_p256.key'))

IN_ONE = PRELUDE + '''
def talk(ends):
    waiting = list(ends)
    while waiting:
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
    ends[0].write(b'words')
    assert ends[1].read(10) == b'words'
    ends[1].write(b'more')
    assert ends[0].read(10) == b'more'
for _ in range(10):
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    talk([ours.wrap_bio(a, b, server_hostname='localhost'),
          theirs.wrap_bio(b, a, server_side=True)])
    near, far = socket.socketpair()
    near.setblocking(False)
    far.setblocking(False)
    with ours.wrap_socket(near, server_hostname='localhost',
                          do_handshake_on_connect=False) as client:
        with theirs.wrap_socket(far, server_side=True,
                                do_handshake_on_connect=False) as server:
            talk([client, server])
assert names == ['localhost'] * 20, names
'''

# One end of a connection to another interpreter.
END = PRELUDE + '''
end = socket.socket(fileno=%d)
end.settimeout(%d)
'''
CLIENT = END + '''
messages = []
ours._msg_callback = lambda *message: messages.append(message)
with ours.wrap_socket(end, server_hostname='localhost') as client:
    for size in (1, 20000, 300000):
        client.sendall(b'x' * size)
        assert client.recv(10) == b'%%d' %% size
    assert client.getpeercert()['subjectAltName']
    assert client.session is not None
assert messages
'''
SERVER = END + '''
with theirs.wrap_socket(end, server_side=True) as server:
    for size in (1, 20000, 300000):
        left = size
        while left:
            left -= len(server.recv(65536))
        server.sendall(b'%%d' %% size)
    assert server.recv(1) == b''
assert names == ['localhost']
'''
# Trusts another issuer.
REFUSING = END + '''
ours = ssl.create_default_context(cafile=%r)
try:
    ours.wrap_socket(end, server_hostname='localhost')
    raise AssertionError('it connects')
except ssl.SSLCertVerificationError as error:
    assert error.verify_code == 20, error.verify_code
'''
REFUSED = END + '''
try:
    theirs.wrap_socket(end, server_side=True)
    raise AssertionError('it connects')
except ssl.SSLError as error:
    assert error.reason == 'TLSV1_ALERT_UNKNOWN_CA', error
'''


class InterpreterTest(unittest.TestCase):

    def test_one_after_the_other(self):
        for _ in range(3):
            run_in_another_interpreter(IN_ONE)
        exec(IN_ONE, {})

    def test_at_once(self):
        tasks = [Task(run_in_another_interpreter, IN_ONE) for _ in range(4)]
        for task in tasks:
            task.result()

    @unittest.skipIf(sys.version_info < (3, 12), 'they share one GIL')
    def test_has_its_own_gil(self):
        # Otherwise the import fails, which the other tests would see, too.
        module = interpreters()
        if not hasattr(module, 'get_config'):
            self.skipTest('it does not tell')
        made = module.create()
        self.addCleanup(module.destroy, made)
        self.assertEqual(module.get_config(made).gil, 'own')


@unittest.skipIf(sys.version_info < (3, 12), 'they share one GIL')
class AcrossInterpretersTest(unittest.TestCase):
    """Each end of a connection is in an interpreter of its own."""

    def each_end(self, client, server, *arguments):
        near, far = socket_pair()
        return [Task(run_in_another_interpreter,
                     client % ((near.detach(), SECONDS) + arguments)),
                Task(run_in_another_interpreter,
                     server % (far.detach(), SECONDS))]

    def test_pairs_at_once(self):
        for _ in range(3):
            tasks = []
            for _ in range(4):
                tasks += self.each_end(CLIENT, SERVER)
            for task in tasks:
                task.result()

    def test_errors_belong_to_each(self):
        for task in self.each_end(REFUSING, REFUSED, cert('other_root.pem')):
            task.result()

    def test_interpreters_end_while_others_work(self):
        working = self.each_end(CLIENT, SERVER)
        for _ in range(4):
            run_in_another_interpreter(PRELUDE)
        for task in working:
            task.result()


if __name__ == '__main__':
    main()
