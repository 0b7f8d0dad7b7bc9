# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""No copy of a secret stays in memory that Airlock had, or was given for good.

usage: PYTHON secrets_test.py CERTS     (the folder of testdata's certificates)
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))
SECONDS = 60

# Says when it is to be looked at: look().
LOOK = '''
import gc, io, os, ssl, sys
def look():
    gc.collect()
    sys.stdout.write('look\\n')
    sys.stdout.flush()
    sys.stdin.readline()
'''

# Before and after a key is loaded.
KEY = LOOK + '''
certificate, key, mode = sys.argv[1:4]
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
content = bytearray(os.path.getsize(key))
with io.open(key, 'rb', buffering=0) as file:
    file.readinto(content)
class Reader(object):
    def __init__(self, read):
        self.read = read
class Holder(Reader):
    def __init__(self, content):
        self.read = lambda: content
if mode == 'path':
    del content[:]
    del content
    given = key
elif mode == 'buffer':
    given = content
elif mode == 'bytes':
    given = bytes(content)
elif mode == 'text':
    given = content.decode('ascii')
elif mode == 'wide text':
    given = content.decode('ascii') + u'\\u20ac'
elif mode == 'reader of bytes':
    given = Holder(bytes(content))
elif mode == 'reader of text':
    given = Holder(content.decode('ascii'))
elif mode == 'reader of wide text':
    given = Holder(u'\\u20ac' + content.decode('ascii'))
elif mode == 'reader of new bytes':
    given = Reader(lambda: bytes(content))
elif mode == 'reader of new text':
    given = Reader(lambda: content.decode('ascii'))
elif mode == 'reader of a new bytearray':
    given = Reader(lambda: bytearray(content))
elif mode == 'file':
    given = Reader(lambda: io.open(key, 'rb', buffering=0).read())
elif mode == 'without its first line':
    given = content.decode('ascii').split(u'\\n', 1)[1]
elif mode == 'wrong key':
    certificate = certificate.replace('p256', 'p384')
    given = content
look()
for _ in range(3):
    try:
        context.load_cert_chain(certificate, given)
    except (ssl.SSLError, IOError, OSError):
        pass
look()
'''

# Before and after a password is asked for.
PASSWORD = LOOK + '''
certificate, key, mode, reversed = sys.argv[1:5]
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
if sys.version_info[0] > 2:
    reversed = reversed.encode()
ways = {
    'bytes': lambda: reversed[::-1],
    'text': lambda: reversed.decode('ascii')[::-1],
    'wide text': lambda: (u'\\u20ac' + reversed.decode('ascii'))[::-1],
    'a bytearray': lambda: bytearray(reversed)[::-1],
}
look()
for _ in range(3):
    try:
        context.load_cert_chain(certificate, key, ways[mode])
        assert False
    except ssl.SSLError as error:
        assert error.reason != 'BAD_PASSWORD_READ'
look()
'''

# Before and after connections of which each side is in this process.
CONNECTION = LOOK + '''
certificate, key, ca, mode, given, version = sys.argv[1:7]
ours = ssl.create_default_context(cafile=ca)
theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
theirs.load_cert_chain(certificate, key)
for context in (ours, theirs):
    context.maximum_version = getattr(ssl.TLSVersion, version)
if mode == 'key log':
    for context in (ours, theirs):
        context.keylog_filename = given
elif mode == 'psk':
    given = given.encode()
    ours.check_hostname = False
    ours.verify_mode = ssl.CERT_NONE
    for context in (ours, theirs):
        context.set_ciphers('PSK')
    ours.set_psk_client_callback(lambda hint: ('me', given[::-1]))
    theirs.set_psk_server_callback(lambda identity: given[::-1])
def connect():
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [ours.wrap_bio(a, b, server_hostname='localhost'),
            theirs.wrap_bio(b, a, server_side=True)]
    waiting = list(ends)
    while waiting:
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
    assert (mode == 'psk') == ('PSK' in ends[0].cipher()[0])
look()
for _ in range(3):
    connect()
look()
'''


def count(process, needle):
    """How often `needle` is in the memory of another process."""
    found = 0
    with open('/proc/%d/maps' % process) as maps:
        lines = maps.readlines()
    with open('/proc/%d/mem' % process, 'rb', 0) as memory:
        for line in lines:
            fields = re.match(r'([0-9a-f]+)-([0-9a-f]+) rw', line)
            if not fields:
                continue
            start, end = (int(field, 16) for field in fields.groups())
            memory.seek(start)
            content = b''
            while len(content) < end - start:
                try:
                    more = memory.read(end - start - len(content))
                except (IOError, OSError):
                    break  # What no process may read, such as [vvar].
                if not more:
                    break
                content += more
            found += content.count(needle)
    return found


def cert(name):
    return os.path.join(CERTS, name)


def counts(program, arguments, needle):
    """The copies of what needle() gives, each time that the program looks."""
    process = subprocess.Popen(
        [sys.executable, '-W', 'ignore', '-c', program] + arguments,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    killer = threading.Timer(SECONDS, process.kill)
    killer.start()
    found = []
    while process.stdout.readline().strip() == b'look':
        found.append(count(process.pid, needle()))
        process.stdin.write(b'\n')
        process.stdin.flush()
    process.stdin.close()
    process.stdout.close()
    killer.cancel()
    if process.wait() != 0 or len(found) != 2:
        raise AssertionError('the program failed')
    return found


class SecretsTest(unittest.TestCase):

    def look_at_key(self, mode):
        """The copies of a line of the key, before and after it is loaded."""
        certificate, key = cert('server_p256.pem'), cert('server_p256.key')
        with open(key, 'rb') as file:
            needle = file.read().splitlines()[1][10:50]
        self.assertEqual(len(needle), 40)
        return counts(KEY, [certificate, key, mode], lambda: needle)

    def test_finds_an_existing_copy(self):
        self.assertGreater(self.look_at_key('buffer')[0], 0)

    def test_key(self):
        for mode in ('path', 'buffer', 'bytes', 'text', 'wide text',
                     'reader of bytes', 'reader of text', 'reader of wide text',
                     'reader of new bytes', 'reader of new text',
                     'reader of a new bytearray', 'file',
                     'without its first line', 'wrong key'):
            before, after = self.look_at_key(mode)
            self.assertLessEqual(after, before, mode)

    def test_password(self):
        password = 'correct horse battery staple, 8'
        for mode in ('bytes', 'text', 'wide text', 'a bytearray'):
            needle = password.encode()
            if mode == 'wide text':  # Two bytes each, or in 2.7 four.
                needle = password.encode(
                    'utf-32-le' if sys.version_info[0] == 2 else 'utf-16-le')
            found = counts(
                PASSWORD, [cert('server_p256.pem'),
                           cert('server_p256_encrypted.key'), mode,
                           password[::-1]], lambda: needle)
            self.assertEqual(found, [0, 0], mode)

    def connect(self, mode, given, version, needle):
        return counts(
            CONNECTION, [cert('server_p256_chain.pem'),
                         cert('server_p256.key'), cert('root.pem'), mode, given,
                         version], needle)

    @unittest.skipUnless(sys.version_info >= (3, 8), 'has no key log')
    def test_key_log(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        for version in ('TLSv1_2', 'TLSv1_3'):
            path = os.path.join(folder, version)

            def needle():
                # The last line's is the one that nothing has overwritten yet.
                with open(path, 'rb') as file:
                    words = file.read().split()
                return words[-1][-40:]

            self.assertEqual(self.connect('key log', path, version, needle)[1],
                             0, version)

    @unittest.skipUnless(sys.version_info >= (3, 13), 'has no PSK')
    def test_psk(self):
        psk = 'correct horse battery staple 123'
        self.assertEqual(self.connect('psk', psk[::-1], 'TLSv1_2',
                                      psk.encode), [0, 0])


if __name__ == '__main__':
    unittest.main()
