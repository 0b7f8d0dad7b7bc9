# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Any function with any arguments: a result or an exception, and no crash.

usage: PYTHON random_calls_test.py FOLDER [FIRST_SEED [SEEDS [CALLS]]]
       PYTHON random_calls_test.py FOLDER --child SEED CALLS LOG

FOLDER is that of the test certificates. Each seed is one process, which makes the
same calls each time; what a call returns is an argument of later ones. A child
that dies, hangs, or gets a SystemError (a result with an exception set, or
neither) is a failure; the last line of its log is the call.
"""
import gc
import os
import random
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import warnings

import _ssl

FOLDER = os.path.abspath(sys.argv[1])
SECONDS = 120
# What has effects outside the process, or ends it.
LEFT_OUT = {'__class__', '__dict__', '__init_subclass__', '__subclasshook__',
            '__reduce__', '__reduce_ex__', '__getstate__', '__dir__',
            '__sizeof__', '__module__', '__weakref__', '__abstractmethods__'}


def read(name):
    with open(os.path.join(FOLDER, name), 'rb') as opened:
        return opened.read()


class Surprise(Exception):
    pass


class Evil(object):
    """Does something to other objects whenever it is asked for its value."""

    def __init__(self, driver):
        self.driver = driver

    def act(self):
        return self.driver.surprise()

    def __index__(self):
        self.act()
        return 3

    __int__ = __len__ = __hash__ = __trunc__ = __index__

    def __str__(self):
        self.act()
        return 'localhost'

    __repr__ = __fspath__ = __str__

    def __bytes__(self):
        self.act()
        return b'bytes'

    def __iter__(self):
        self.act()
        return iter([b'h2', self])

    def __getitem__(self, index):
        self.act()
        if index > 3:
            raise IndexError(index)
        return b'h2'

    def __eq__(self, other):
        self.act()
        return True

    def __call__(self, *args, **kwargs):
        self.driver.keep(args)
        return self.act()

    def read(self, *args):
        self.act()
        return read('ca.pem')

    write = recv_into = send = read

    def fileno(self):
        self.act()
        return -1

    def gettimeout(self):
        self.act()
        return 0.0


class Driver(object):
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.depth = 0
        self.pool = []
        pems = ['ca.pem', 'server_p256_chain.pem', 'server_p256.key',
                'server_p256_encrypted.key', 'client_p256.pem', 'crl_all.pem']
        self.texts = [read(name).decode('ascii') for name in pems]
        self.values = self.texts + [
            None, True, False, -1, 0, 1, 2, 7, 16, 48, 255, 256, 65536, 2 ** 31,
            2 ** 63, 1 << 70, -(1 << 70), 0.0, 1.5, float('nan'), u'',
            u'localhost', u'127.0.0.1', u'a\0b', u'\xe4.test', u'\ud800',
            u'x' * 5000, u'airlock', u'ALL:@SECLEVEL=0', u'prime256v1', u'tls-unique',
            b'', b'word', b'a\0b', b'\x02h2\x08http/1.1', b'\xff' * 300,
            read('root_cert.der'), read('server_p256.p12'), bytearray(b'abc'),
            bytearray(5), memoryview(b'abcd'),
            memoryview(bytearray(100)), [], [1], (), (b'h2',), [u'h2', None],
            {}, {u'a': 1}, object(), int, len, lambda *args: args,
            os.path.join(FOLDER, 'ca.pem'), FOLDER,
            os.path.join(FOLDER, 'server_rsa_chain.pem'),
            os.path.join(FOLDER, 'server_rsa.key')]
        if sys.version_info[0] > 2:
            self.values.append(memoryview(b'abcd')[::2])
        self.values += [Evil(self) for _ in range(4)]
        self.protocols = [getattr(ssl, name) for name in sorted(dir(ssl))
                          if name.startswith('PROTOCOL_')]
        self.renew()

    def renew(self):
        """New objects to begin with: a module, contexts and a connection."""
        self.pool = [_ssl, _ssl._SSLContext]
        if hasattr(_ssl, 'MemoryBIO'):
            self.pool.append(_ssl.MemoryBIO)
        for protocol in self.protocols:
            try:
                self.pool.append(ssl.SSLContext(protocol))
            except (ValueError, ssl.SSLError):
                pass
        if hasattr(ssl, 'MemoryBIO'):
            self.connect()

    def connect(self):
        client = ssl.create_default_context(cadata=self.texts[0])
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(os.path.join(FOLDER, 'server_p256_chain.pem'),
                               os.path.join(FOLDER, 'server_p256.key'))
        up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
        ends = [client._wrap_bio(down, up, False, 'localhost'),
                server._wrap_bio(up, down, True)]
        for _ in range(self.random.randrange(4)):
            for end in ends:
                try:
                    end.do_handshake()
                except ssl.SSLError:
                    pass
        self.pool += ends + [client, server, up, down]

    def keep(self, value):
        """Makes a result an argument of later calls."""
        values = value if isinstance(value, (list, tuple)) else [value]
        for item in values[:5]:
            if type(item).__module__ == '_ssl' or isinstance(
                    item, ssl.SSLContext):
                self.pool.append(item)
                if len(self.pool) > 60:
                    del self.pool[self.random.randrange(len(self.pool))]

    def value(self):
        if self.random.random() < 0.3:
            return self.random.choice(self.pool)
        return self.random.choice(self.values)

    def surprise(self):
        """What an argument does while a call converts it."""
        choice = self.random.randrange(6)
        if choice == 0:
            raise Surprise()
        if choice == 1 and self.depth < 3:
            self.call(None)
        elif choice == 2 and len(self.pool) > 10:
            del self.pool[self.random.randrange(len(self.pool))]
        elif choice == 3:
            gc.collect(0)
        return self.value()

    def call(self, log):
        target = self.random.choice(self.pool)
        names = [name for name in sorted(dir(target))
                 if name not in LEFT_OUT]
        name = self.random.choice(names)
        args = [self.value() for _ in range(self.random.choice((0, 1, 1, 2, 3, 4)))]
        how = self.random.randrange(8)
        # Most attributes are methods; those that can be set are set often.
        if type(getattr(type(target), name, None)).__name__ == 'getset_descriptor':
            how = self.random.choice((0, 0, 0, 0, 1, 3))
            args = args or [self.value()]
        if log is not None:
            log.write('%s.%r %d %s\n' % (
                type(target).__name__, name, how,
                ' '.join(type(arg).__name__ for arg in args)))
            log.flush()
        self.depth += 1
        try:
            self.keep(self.apply(target, name, args, how))
        except SystemError:
            # Python 3 itself raises one for some calls of a slot.
            if not name.startswith('__'):
                raise
        except (Exception, SystemExit, KeyboardInterrupt):
            # What the call means is not for this test to judge.
            pass
        finally:
            self.depth -= 1

    def apply(self, target, name, args, how):
        is_type = isinstance(target, type) or target is _ssl
        if how == 0 and not is_type:
            return setattr(target, name, args[0] if args else None)
        if how == 1 and not is_type:
            return delattr(target, name)
        if name == '__call__' and is_type:
            return target(*args)
        member = getattr(target, name)
        if not callable(member) or (is_type and name.startswith('__')):
            return member
        if how == 2:
            words = self.random.sample(
                ['server_side', 'server_hostname', 'session', 'password',
                 'cafile', 'capath', 'cadata', 'certfile', 'keyfile', 'owner',
                 'binary_form', 'cb_type', 'obj', 'name', 'txt'], 2)
            return member(*args, **dict((word, self.value()) for word in words))
        return member(*args)


def child(seed, calls, path):
    # A call that would wait for ever ends the process, with its stack.
    try:
        import faulthandler
        faulthandler.enable()
        faulthandler.dump_traceback_later(SECONDS, exit=True)
    except ImportError:
        pass
    warnings.simplefilter('ignore')
    os.chdir(os.path.dirname(path))
    driver = Driver(seed)
    with open(path, 'w') as log:
        for number in range(calls):
            if number % 500 == 499:
                driver.renew()
            driver.call(log)
        log.write('collecting\n')
        log.flush()
        driver.pool = []
        gc.collect()
        log.write('done\n')


def run(seed, calls):
    """What went wrong; empty: nothing."""
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, 'calls.log')
    try:
        process = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), FOLDER, '--child',
             str(seed), str(calls), path],
            stdin=open(os.devnull), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        timer = threading.Timer(SECONDS + 60, process.kill)
        timer.start()
        output = process.communicate()[0].decode('utf-8', 'replace')
        timer.cancel()
        lines = []
        if os.path.exists(path):
            with open(path) as log:
                lines = log.read().splitlines()
        if process.returncode == 0 and lines[-1:] == ['done']:
            return ''
        return 'seed %d: status %s after %d calls, the last of them %r\n%s' % (
            seed, process.returncode, len(lines), lines[-1:], output[-4000:])
    finally:
        shutil.rmtree(folder)


def main():
    if sys.argv[2:3] == ['--child']:
        child(int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
        return 0
    first, seeds, calls = [
        int(word) for word in sys.argv[2:] + ['1', '2', '4000'][len(sys.argv) - 2:]]
    failed = 0
    for seed in range(first, first + seeds):
        problem = run(seed, calls)
        if problem:
            print(problem)
            failed += 1
    print('%d of %d seeds failed' % (failed, seeds))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
