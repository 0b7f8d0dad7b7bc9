# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Wrong arguments everywhere: the exception's class is the stock module's.

usage: PYTHON arguments_test.py [--record] FOLDER KNOWN     (3.8 on)

FOLDER is that of the test certificates. Each call runs in this process, and in
one of the same Python with the stock module; the classes that they raise must be
the same, except those that KNOWN lists. --record prints what this process has.
"""
import fnmatch
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
import warnings

RECORD = sys.argv[1] == '--record'
if RECORD:
    del sys.argv[1]
FOLDER, KNOWN = [os.path.abspath(path) for path in sys.argv[1:3]]
del sys.argv[1:3]

import _ssl  # Bypasses ssl's own checks.

BIG = 1 << 70
VALUES = [
    ('none', None), ('true', True), ('minus', -1), ('zero', 0), ('seven', 7),
    ('int_max', 2 ** 31), ('big', BIG), ('minus_big', -BIG), ('float', 1.5),
    ('empty', ''), ('word', 'word'), ('nul', 'a\0b'), ('umlaut', '\xe4'),
    ('surrogate', '\ud800'), ('long', 'x' * 5000), ('bytes', b'word'),
    ('no_bytes', b''), ('nul_bytes', b'a\0b'), ('array', bytearray(b'ab')),
    ('view', memoryview(b'abcd')), ('strided', memoryview(b'abcd')[::2]),
    ('list', []), ('tuple', ('a',)), ('object', object()), ('class', int),
    ('call', len),
]
PROTOCOLS = {'client': ssl.PROTOCOL_TLS_CLIENT,
             'server': ssl.PROTOCOL_TLS_SERVER}
PROPERTIES = [
    'options', 'verify_mode', 'verify_flags', 'check_hostname',
    'minimum_version', 'maximum_version', 'num_tickets', 'sni_callback',
    'keylog_filename', 'post_handshake_auth', 'protocol', '_host_flags',
    '_msg_callback', 'hostname_checks_common_name', 'security_level',
]
METHODS = [
    'set_ciphers', 'set_ecdh_curve', 'load_dh_params', 'load_cert_chain',
    'load_verify_locations', 'set_alpn_protocols', 'set_npn_protocols',
    'set_servername_callback', 'load_default_certs', 'get_ca_certs',
    'cert_store_stats', 'session_stats', 'get_ciphers', '_set_alpn_protocols',
    'set_psk_client_callback', 'set_psk_server_callback', 'set_groups',
    'get_groups', 'set_client_sigalgs', 'set_server_sigalgs',
    'set_ciphersuites',
]
FUNCTIONS = ['RAND_bytes', 'RAND_add', 'RAND_status', 'RAND_pseudo_bytes']
BIO_METHODS = ['read', 'write', 'write_eof']
SOCKET_METHODS = [
    'read', 'write', 'getpeercert', 'get_channel_binding', 'cipher',
    'shared_ciphers', 'compression', 'selected_alpn_protocol', 'version',
    'pending', 'verify_client_post_handshake', 'do_handshake', 'shutdown',
    'getpeercert', 'get_unverified_chain', 'get_verified_chain', 'group',
    'client_sigalg', 'server_sigalg',
]
SOCKET_PROPERTIES = ['session', 'context', 'owner', 'server_side',
                     'server_hostname', 'session_reused']


def outcome(action):
    try:
        action()
        return 'ok'
    except BaseException as error:  # pylint: disable=broad-except
        return type(error).__name__


def context(kind):
    return ssl.SSLContext(PROTOCOLS[kind])


def objects(side):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    made = context('server' if side else 'client')
    if not side:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    else:
        made.load_cert_chain(os.path.join(FOLDER, 'server_rsa_chain.pem'),
                             os.path.join(FOLDER, 'server_rsa.key'))
    return made._wrap_bio(incoming, outgoing, side)


def calls():
    """(name, action) of everything. (To delete a property kills stock ssl.)"""
    for kind in sorted(PROTOCOLS):
        for name in PROPERTIES:
            yield '%s.%s get' % (kind, name), (
                lambda n=name, k=kind: getattr(context(k), n))
            for word, value in VALUES:
                yield '%s.%s = %s' % (kind, name, word), (
                    lambda n=name, v=value, k=kind: setattr(context(k), n, v))
    for name in METHODS:
        for kind in sorted(PROTOCOLS):
            yield '%s.%s()' % (kind, name), (
                lambda n=name, k=kind: getattr(context(k), n)())
            for word, value in VALUES:
                yield '%s.%s(%s)' % (kind, name, word), (
                    lambda n=name, v=value, k=kind: getattr(context(k), n)(v))
    for word, value in VALUES:
        for name in ('cafile', 'capath', 'cadata'):
            yield 'load_verify_locations(%s=%s)' % (name, word), (
                lambda n=name, v=value: context(
                    'client').load_verify_locations(**{n: v}))
        yield 'load_cert_chain(good, %s)' % word, (
            lambda v=value: context('client').load_cert_chain(
                os.path.join(FOLDER, 'server_rsa.pem'), v))
        yield 'load_cert_chain(encrypted, password=%s)' % word, (
            lambda v=value: context('client').load_cert_chain(
                os.path.join(FOLDER, 'server_rsa.pem'),
                os.path.join(FOLDER, 'server_rsa_encrypted.key'), v))
        yield '_SSLContext(%s)' % word, lambda v=value: _ssl._SSLContext(v)
        yield '_wrap_bio(hostname=%s)' % word, (
            lambda v=value: context('client')._wrap_bio(
                ssl.MemoryBIO(), ssl.MemoryBIO(), False, v))
        yield '_wrap_bio(server_side=%s)' % word, (
            lambda v=value: context('client')._wrap_bio(
                ssl.MemoryBIO(), ssl.MemoryBIO(), v, 'localhost'))
        yield '_wrap_bio(session=%s)' % word, (
            lambda v=value: context('client')._wrap_bio(
                ssl.MemoryBIO(), ssl.MemoryBIO(), False, 'localhost',
                session=v))
        yield '_wrap_bio(%s)' % word, (
            lambda v=value: context('client')._wrap_bio(
                v, ssl.MemoryBIO(), False, 'localhost'))
        yield '_wrap_socket(%s)' % word, (
            lambda v=value: context('client')._wrap_socket(
                v, False, 'localhost'))
        yield 'txt2obj(%s)' % word, lambda v=value: _ssl.txt2obj(v)
        yield 'nid2obj(%s)' % word, lambda v=value: _ssl.nid2obj(v)
        yield '_test_decode_cert(%s)' % word, (
            lambda v=value: _ssl._test_decode_cert(v))
        yield 'MemoryBIO(%s)' % word, lambda v=value: ssl.MemoryBIO(v)
        for name in FUNCTIONS:
            if name == 'RAND_bytes' and isinstance(value, int) and (
                    value > 1000):
                continue
            yield '%s(%s)' % (name, word), (
                lambda n=name, v=value: getattr(_ssl, n)(v))
        yield 'RAND_add(b, %s)' % word, lambda v=value: _ssl.RAND_add(b'x', v)
        for name in BIO_METHODS:
            yield 'MemoryBIO.%s(%s)' % (name, word), (
                lambda n=name, v=value: getattr(ssl.MemoryBIO(), n)(v))
        for side in (False, True):
            end = 'server' if side else 'client'
            for name in SOCKET_METHODS:
                yield '%s_object.%s(%s)' % (end, name, word), (
                    lambda n=name, v=value, s=side: getattr(
                        objects(s), n)(v))
            for name in SOCKET_PROPERTIES:
                yield '%s_object.%s = %s' % (end, name, word), (
                    lambda n=name, v=value, s=side: setattr(
                        objects(s), n, v))
            yield '%s_object.read(9, %s)' % (end, word), (
                lambda v=value, s=side: objects(s).read(9, v))
    for side in (False, True):
        end = 'server' if side else 'client'
        for name in SOCKET_METHODS:
            yield '%s_object.%s()' % (end, name), (
                lambda n=name, s=side: getattr(objects(s), n)())
        for name in SOCKET_PROPERTIES:
            yield '%s_object.%s get' % (end, name), (
                lambda n=name, s=side: getattr(objects(s), n))
    for name in FUNCTIONS:
        yield name + '()', lambda n=name: getattr(_ssl, n)()
    for name in BIO_METHODS:
        yield 'MemoryBIO.%s()' % name, (
            lambda n=name: getattr(ssl.MemoryBIO(), n)())
    yield 'RAND_bytes(huge)', lambda: _ssl.RAND_bytes(2 ** 31)
    yield 'write after write_eof', lambda: after_eof().write(b'x')
    yield 'new SSLSocket', lambda: ssl.SSLSocket(socket.socket())
    yield 'new SSLObject', lambda: ssl.SSLObject()
    yield 'new _SSLSocket', lambda: _ssl._SSLSocket()
    yield 'new SSLSession', lambda: _ssl.SSLSession()
    yield 'new Certificate', lambda: _ssl.Certificate()


def after_eof():
    bio = ssl.MemoryBIO()
    bio.write_eof()
    return bio


def outcomes():
    """name -> the class of what each call raises, or "ok"."""
    # Some calls create files.
    folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
    before = os.getcwd()
    os.chdir(folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return {name: outcome(action) for name, action in calls()}
    finally:
        os.chdir(before)
        shutil.rmtree(folder)


def known():
    """(pattern, stock's class, ours) of each line of KNOWN."""
    rows = []
    with open(KNOWN) as lines:
        for line in lines:
            fields = line.split('\t')
            if line.strip() and not line.startswith('#'):
                rows.append(tuple(field.strip() for field in fields[:3]))
    return rows


class ArgumentsTest(unittest.TestCase):

    maxDiff = None

    def test_as_stock(self):
        environment = dict(os.environ)
        environment.pop('PYTHONPATH', None)
        said = subprocess.check_output(
            [sys.executable, os.path.abspath(__file__), '--record', FOLDER,
             KNOWN], env=environment, stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).decode()
        stock = dict(line.split('\t') for line in said.splitlines())
        self.assertEqual(stock.pop('version'), 'stock')
        rows, wrong = known(), []
        for name, ours in sorted(outcomes().items()):
            if ours == stock[name]:
                continue
            for row in rows:
                if (fnmatch.fnmatchcase(name, row[0]) and
                        row[1] in ('*', stock[name]) and
                        row[2] in ('*', ours)):
                    break
            else:
                wrong.append('%s\t%s\t%s' % (name, stock[name], ours))
        self.assertEqual(wrong, [])


if __name__ == '__main__':
    if RECORD:
        print('version\t%s' % ('airlock' if 'Airlock' in ssl.OPENSSL_VERSION
                               else 'stock'))
        for key, value in sorted(outcomes().items()):
            print('%s\t%s' % (key, value))
    else:
        unittest.main()
