# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""No copy of a key's text stays in memory that Airlock had.

usage: PYTHON secrets_test.py CERTS     (the folder of testdata's certificates)
"""
import os
import re
import subprocess
import sys
import threading
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))
SECONDS = 60

# Says when it is to be looked at, before and after `load()`.
PROGRAM = '''
import gc, io, os, ssl, sys
certificate, key, mode = sys.argv[1:4]
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
content = bytearray(os.path.getsize(key))
with io.open(key, 'rb', buffering=0) as file:
    file.readinto(content)
def look():
    gc.collect()
    sys.stdout.write('look\\n')
    sys.stdout.flush()
    sys.stdin.readline()
class Reader(object):
    def __init__(self, content):
        self.content = content
    def read(self):
        return self.content
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
    given = Reader(bytes(content))
elif mode == 'reader of text':
    given = Reader(content.decode('ascii'))
elif mode == 'reader of wide text':
    given = Reader(u'\\u20ac' + content.decode('ascii'))
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


class SecretsTest(unittest.TestCase):

    def look_at(self, mode):
        """The copies of a line of the key, before and after it is loaded."""
        certificate, key = (os.path.join(CERTS, 'server_p256' + end)
                            for end in ('.pem', '.key'))
        with open(key, 'rb') as file:
            needle = file.read().splitlines()[1][10:50]
        self.assertEqual(len(needle), 40)
        process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-c', PROGRAM, certificate, key,
             mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        killer = threading.Timer(SECONDS, process.kill)
        killer.start()
        counts = []
        for _ in range(2):
            self.assertEqual(process.stdout.readline().strip(), b'look')
            counts.append(count(process.pid, needle))
            process.stdin.write(b'\n')
            process.stdin.flush()
        process.stdin.close()
        process.stdout.close()
        self.assertEqual(process.wait(), 0)
        killer.cancel()
        return counts

    def test_sees_what_is_there(self):
        self.assertGreater(self.look_at('buffer')[0], 0)

    def test_no_copy_stays(self):
        for mode in ('path', 'buffer', 'bytes', 'text', 'wide text',
                     'reader of bytes', 'reader of text', 'reader of wide text',
                     'without its first line', 'wrong key'):
            before, after = self.look_at(mode)
            self.assertLessEqual(after, before, mode)


if __name__ == '__main__':
    unittest.main()
