# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Python's allocations fail, each in turn: MemoryError, and never a wrong
verdict, a lost connection that looks complete, a crash or a leak.

usage: PYTHON no_memory_test.py CERTS   (the folder of testdata's certificates)
"""
import gc
import os
import sys
import tempfile
import unittest

if 'AIRLOCK_AUDIT' not in os.environ:
    # The application decides, and what it leaves out is told of. That counts
    # from the process's start.
    AUDIT = os.path.join(tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR')),
                         'audit')
    open(AUDIT, 'a').close()
    os.execve(sys.executable,
              getattr(sys, 'orig_argv', [sys.executable] + sys.argv),
              dict(os.environ, AIRLOCK_VERIFY='off', AIRLOCK_AUDIT=AUDIT))
AUDIT = os.environ['AIRLOCK_AUDIT']

import ssl

try:
    from _testcapi import remove_mem_hooks, set_nomemory
except ImportError:  # Python 2.7, and installations without CPython's tests.
    set_nomemory = None
if sys.version_info >= (3, 13):
    # The interpreter itself crashes: 3.13.0 even without this module.
    set_nomemory = None

CERTS = sys.argv.pop(1)
# So many runs in which nothing fails follow the last allocation.
RUNS_PAST_THE_END = 20
# Python makes its own caches meanwhile, such as those of its bytecode.
BLOCK_SLACK = 300


def path(name):
    return os.path.join(CERTS, name)


with open(path('root.pem')) as root:
    ROOT = root.read()


def new_context(protocol, chain, key):
    context = ssl.SSLContext(protocol)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(path(chain), path(key), lambda: 'airlock')
    context.set_alpn_protocols(['h2', 'http/1.1'])
    context.set_ciphers('ECDHE+AESGCM')
    return context


def named(connection, name, context):
    """A server's callback."""
    assert name == 'localhost'


def contexts(trusting):
    client = new_context(ssl.PROTOCOL_TLS_CLIENT, 'client_p256.pem',
                         'client_p256.key')
    server = new_context(ssl.PROTOCOL_TLS_SERVER, 'server_p256_chain.pem',
                         'server_p256_encrypted.key')
    if trusting:
        client.load_verify_locations(cadata=ROOT)
    server.load_verify_locations(path('root.pem'))
    server.sni_callback = named
    return client, server


def shake_hands(client, server):
    """Both ends of a connection over memory, after their handshakes."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(down, up, server_hostname='localhost'),
            server.wrap_bio(up, down, server_side=True)]
    waiting = list(ends)
    while waiting:
        for end in list(waiting):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(end)
    return ends


def query(context, end):
    end.getpeercert()
    end.getpeercert(True)
    end.cipher()
    end.version()
    end.shared_ciphers()
    end.selected_alpn_protocol()
    end.get_channel_binding('tls-unique')
    assert end.context is context
    context.get_ca_certs()
    context.get_ciphers()
    context.cert_store_stats()
    context.session_stats()


def talk():
    client, server = contexts(trusting=True)
    ends = shake_hands(client, server)
    for sender, receiver in (ends, ends[::-1]):
        assert sender.write(b'data') == 4
        assert receiver.read(10) == b'data'
    assert ends[0].session.id is not None
    query(client, ends[0])
    query(server, ends[1])
    for end in ends:
        try:
            end.unwrap()
        except ssl.SSLWantReadError:
            pass


def be_refused():
    """A handshake with a server that the client does not trust."""
    client, server = contexts(trusting=False)
    try:
        shake_hands(client, server)
    except getattr(ssl, "SSLCertVerificationError", ssl.SSLError) as error:
        assert error.verify_code == 20, error
        return
    raise AssertionError('an untrusted server was accepted')


def with_failures(scenario, first, failures):
    """What `scenario` raises if `failures` allocations fail after `first`."""
    set_nomemory(first, first + failures)
    try:
        scenario()
    except BaseException as error:
        remove_mem_hooks()
        return error
    remove_mem_hooks()
    return None


def is_expected(error):
    # What a server's callback raises is told as in the stock module: to
    # sys.unraisablehook, and to the peer. The last is the interpreter's own,
    # where it has no memory for the frame of a Python function; a function in C
    # would be named.
    return (isinstance(error, MemoryError) or
            getattr(error, 'reason', None) == 'CALLBACK_FAILED' or
            str(error) == 'error return without exception set')


@unittest.skipUnless(set_nomemory, 'this Python cannot make allocations fail')
class NoMemoryTest(unittest.TestCase):

    def fail_each(self, scenario, failures):
        for _ in range(3):
            scenario()
        first = errors = in_a_row = 0
        while in_a_row < RUNS_PAST_THE_END:
            error = with_failures(scenario, first, failures)
            if error is None:
                in_a_row += 1
            else:
                in_a_row = 0
                errors += 1
                if not is_expected(error):
                    raise error
            error = None
            first += 1
        self.assertGreater(errors, 80)
        print('%s, %d in a row: %d places, %d errors' %
              (scenario.__name__, failures, first, errors))

    def test_one_fails_in_a_conversation(self):
        # Twice, since Python's caches grow with each error, too.
        self.fail_each(talk, 1)
        self.fail_each(talk, 1)
        gc.collect()
        blocks = sys.getallocatedblocks()
        self.fail_each(talk, 1)
        gc.collect()
        self.assertLess(sys.getallocatedblocks() - blocks, BLOCK_SLACK)

    def test_three_fail_in_a_conversation(self):
        self.fail_each(talk, 3)

    def test_one_fails_while_a_server_is_refused(self):
        self.fail_each(be_refused, 1)

    def test_three_fail_while_a_server_is_refused(self):
        self.fail_each(be_refused, 3)

    def test_a_choice_that_no_one_made_is_reported(self):
        """Or fails: without memory, the code that chose cannot be read."""
        standard_error = os.dup(2)
        self.addCleanup(os.close, standard_error)
        self.addCleanup(os.dup2, standard_error, 2)
        with open(os.devnull, 'w') as nothing:
            os.dup2(nothing.fileno(), 2)
        errors = 0
        for failures in (1, 3):
            first = in_a_row = 0
            while in_a_row < RUNS_PAST_THE_END:
                # Each place is reported once.
                code = compile('ssl._create_stdlib_context().wrap_bio('
                               'ssl.MemoryBIO(), ssl.MemoryBIO(), '
                               'server_hostname="localhost")',
                               'place_%d_%d.py' % (failures, first), 'eval')
                names = {'ssl': ssl, '__name__': 'application'}
                reported = os.path.getsize(AUDIT)
                error = with_failures(lambda: eval(code, names), first,
                                      failures)
                if error is None:
                    in_a_row += 1
                    self.assertGreater(os.path.getsize(AUDIT), reported, first)
                else:
                    in_a_row = 0
                    errors += 1
                    if not is_expected(error):
                        raise error
                error = None
                first += 1
        self.assertGreater(errors, 50)


if __name__ == '__main__':
    sys.unraisablehook = lambda unraisable: None
    unittest.main()
