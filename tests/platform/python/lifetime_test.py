# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Objects that outlive the module, the end of the interpreter, and memory that
runs out: each in its own process, which must not crash.

usage: PYTHON lifetime_test.py CERTS     (the folder of testdata's certificates)
"""
import os
import subprocess
import sys
import sysconfig
import threading
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))
# After this time, it hangs.
SECONDS = 60
PYTHON2 = sys.version_info[0] == 2

# Makes `things`, one of each type, and `use`, which does all with them that
# needs the module.
MAKE = '''
import gc, os, socket, sys
import ssl
certs = %r
def cert(name):
    return os.path.join(certs, name)
def client_context():
    return ssl.create_default_context(cafile=cert('root.pem'))
def server_context():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert('server_p256_chain.pem'),
                            cert('server_p256.key'))
    return context
def socket_pair():
    ends = socket.socketpair()
    if sys.version_info[0] == 2:
        ends = [socket.socket(_sock=end) for end in ends]
    return ends
def connect(client, server):
    near, far = socket_pair()
    ends = [client.wrap_socket(near, server_hostname='localhost',
                               do_handshake_on_connect=False),
            server.wrap_socket(far, server_side=True,
                               do_handshake_on_connect=False)]
    for end in ends:
        end.setblocking(False)
    waiting = list(ends)
    while waiting:
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
    ends[1].send(b'words')
    assert ends[0].recv(9) == b'words'
    return ends
class Things(object):
    def __init__(self):
        self.client, self.server = client_context(), server_context()
        self.ends = connect(self.client, self.server)
        self.inner = [end._sslobj for end in self.ends]
        self.raw = socket_pair()
        if sys.version_info[0] == 2:
            self.raw = [end._sock for end in self.raw]
        self.ssl = ssl
        self.bio = ssl._ssl.MemoryBIO()
        self.bio_type = type(self.bio)
        self.session = getattr(self.ends[0], 'session', None)
        self.context_type = type(self.client).__mro__[-2]
        self.error = ssl.SSLError
    def forget(self):
        self.ssl = None
    def use(self):
        used = 0
        for context in (self.client, self.server):
            name = 'localhost' if context is self.client else None
            context._wrap_socket(self.raw[0], name is None, name)
            if hasattr(context, '_wrap_bio'):
                bio = self.bio_type()
                context._wrap_bio(self.bio, bio, name is None, name)
                bio.write(b'x'), bio.read()
                for wrong in (None, context, b'', self.raw[0]):
                    try:
                        context._wrap_bio(wrong, bio, True)
                    except TypeError:
                        used += 1
            for wrong in (None, context, b'', self.bio):
                try:
                    context._wrap_socket(wrong, True)
                except TypeError:
                    used += 1
            context.get_ca_certs(), context.cert_store_stats()
            try:
                context.set_ciphers('no such cipher')
            except self.error:
                used += 1
        for inner in self.inner:
            inner.cipher(), inner.version(), inner.pending()
            inner.context = inner.context
            try:
                inner.context = None
            except TypeError:
                used += 1
            if hasattr(inner, 'session'):
                session = inner.session
                if session is not None:
                    session.id, session.time, session == session, repr(session)
                for value in (self.session, session, None, b''):
                    try:
                        inner.session = value
                    except (TypeError, ValueError):
                        used += 1
            if hasattr(inner, 'get_unverified_chain'):
                for chain in (inner.get_unverified_chain(),
                              inner.get_verified_chain()):
                    for one in chain or ():
                        one.public_bytes(), one.get_info(), repr(one)
                        hash(one), one == one
            try:
                inner.read(1)
            except self.error:
                used += 1
            inner.write(b'x')
        self.context_type(2)
        return used
things = Things()
assert things.use() > 5
def forget_modules():
    names = [name for name, module in sys.modules.items()
             if name in ('ssl', '_ssl', 'socket', '_socket', 'asyncio') or
             name.startswith('asyncio.')]
    for name in names:
        del sys.modules[name]
    global ssl, socket
    del ssl
    socket = None
    things.forget()
    for _ in range(3):
        gc.collect()
''' % CERTS


def run(code, *arguments):
    """What `code` prints, in a process that must end well."""
    process = subprocess.Popen(
        [sys.executable, '-W', 'ignore', '-c', code] + list(arguments),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    killer = threading.Timer(SECONDS, process.kill)
    killer.start()
    output, errors = process.communicate()
    killer.cancel()
    if process.returncode != 0:
        raise AssertionError('ended with %d: %s' % (
            process.returncode, errors.decode('utf-8', 'replace')[-2000:]))
    return output.decode().strip()


class ModuleIsGoneTest(unittest.TestCase):

    def test_objects_keep_working(self):
        run(MAKE + '''
forget_modules()
assert things.use() > 5
''')

    def test_objects_of_two_modules(self):
        self.assertEqual(run(MAKE + '''
old = things
forget_modules()
import socket, ssl
things = Things()
assert type(things.client).__mro__[-2] is not type(old.client).__mro__[-2] or (
    sys.version_info[0] == 2)
for ours, theirs in ((old, things), (things, old)):
    ours.use()
    for inner in ours.inner:
        try:
            inner.context = theirs.client
        except TypeError:
            pass
        if hasattr(inner, 'session'):
            try:
                inner.session = theirs.session
            except (TypeError, ValueError):
                pass
    if hasattr(ours.client, '_wrap_bio'):
        try:
            ours.client._wrap_bio(theirs.bio, theirs.bio, False)
        except TypeError:
            print('refused')
''').split(), [] if PYTHON2 else ['refused', 'refused'])

    @unittest.skipIf(PYTHON2, 'keeps its types for ever')
    def test_is_collected(self):
        self.assertEqual(run(MAKE + '''
import weakref
watched = [weakref.ref(things.context_type), weakref.ref(things.bio_type)]
forget_modules()
del things
for _ in range(3):
    gc.collect()
print([one() for one in watched])
'''), '[None, None]')

    def test_only_a_type_is_left(self):
        run(MAKE + '''
kinds = [things.context_type, things.bio_type]
error = things.error
forget_modules()
del things
for _ in range(3):
    gc.collect()
context = kinds[0](2)
try:
    context.set_ciphers('no such cipher')
    assert False
except error:
    pass
''')

    @unittest.skipIf(PYTHON2, 'has no importlib.util')
    def test_is_not_initialized(self):
        run('''
import importlib.util, sys
spec = importlib.util.find_spec('_ssl')
module = importlib.util.module_from_spec(spec)
calls = [('_test_decode_cert', ('x',)), ('RAND_bytes', (8,)),
         ('RAND_add', ('x', 0.0)), ('RAND_status', ()),
         ('airlock_policy', ()), ('get_default_verify_paths', ()),
         ('txt2obj', ('1.2.3',)), ('nid2obj', (1,))]
for name, arguments in calls:
    try:
        getattr(module, name)(*arguments)
    except (RuntimeError, ValueError):
        pass
''')


class EndOfTheInterpreterTest(unittest.TestCase):

    LATE = '''
class Late(object):
    def __init__(self):
        self.things = things
        self.use = things.use
    def __del__(self):
        try:
            self.use()
        except Exception:
            pass  # Whatever is gone by then.
'''

    def test_used_at_the_end(self):
        for place in ('late = Late()', 'sys.late = Late()',
                      'things.late = Late()', 'gc.late = Late()',
                      'late = Late(); late.late = late; del Late',
                      'import atexit; atexit.register(Late().use)'):
            run(MAKE + self.LATE + place)

    @unittest.skipIf(sys.version_info < (3, 8), 'has no interpreters')
    def test_used_at_the_end_of_another_interpreter(self):
        run('''
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
for _ in range(3):
    made = interpreters.create()
    interpreters.run_string(made, 'import sys; sys.path[:] = %r; exec(%r)' % (
        sys.path, sys.argv[1]))
    interpreters.destroy(made)
''', MAKE + self.LATE + 'sys.late = Late()')

    def test_daemon_threads_wait(self):
        for _ in range(5):
            run(MAKE + '''
import threading
def wait(connection):
    connection.settimeout(None)
    while True:
        connection.recv(1)
for end in things.ends:
    for _ in range(3):
        thread = threading.Thread(target=wait, args=(end,))
        thread.daemon = True
        thread.start()
''')

    def test_daemon_threads_work(self):
        for _ in range(5):
            run(MAKE + '''
import threading
begun = threading.Event()
def work():
    while True:
        connect(things.client, things.server)
        begun.set()
if hasattr(things.server, 'sni_callback'):
    things.server.sni_callback = lambda *_: None
for _ in range(3):
    thread = threading.Thread(target=work)
    thread.daemon = True
    thread.start()
begun.wait()
''')


class OutOfMemoryTest(unittest.TestCase):

    def test_is_a_memory_error(self):
        words = run(MAKE + '''
import resource
size = 64 << 20
big = b'x' * size
text = 'A' * size
client = things.client
def limit():
    with open('/proc/self/statm') as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (8 << 20),) * 2)
calls = [
    ('ciphers', lambda: client.set_ciphers(text)),
    ('alpn', lambda: client._set_alpn_protocols(big)),
    ('cadata', lambda: client.load_verify_locations(cadata=big)),
    ('cadata text', lambda: client.load_verify_locations(
        cadata=u'-----BEGIN ' + text)),
    ('chain', lambda: client.load_cert_chain(big)),
    ('chain text', lambda: client.load_cert_chain(text)),
    ('password', lambda: client.load_cert_chain(
        cert('server_p256.pem'), cert('server_p256_encrypted.key'), big)),
    ('name', lambda: client._wrap_socket(things.raw[0], False, text)),
    ('curve', lambda: client.set_ecdh_curve(text)),
    ('object', lambda: things.ssl._ssl.txt2obj(text)),
]
full = things.bio_type()
full.write(big)
a, b = things.bio_type(), things.bio_type()
ours = client._wrap_bio(a, b, False, 'localhost')
theirs = things.server._wrap_bio(b, a, True)
for _ in range(4):
    for end in (ours, theirs):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            pass
calls += [('bio', lambda: things.bio.write(big)), ('bio read', full.read),
          ('bio out', lambda: ours.write(big))]
limit()
for name, call in calls:
    try:
        call()
        print(name + ': done')
    except Exception as error:
        print('%s: %s' % (name, type(error).__name__))
''')
        outcomes = dict(line.split(': ') for line in words.splitlines())
        self.assertGreater(len(outcomes), 9)
        self.assertEqual(outcomes['alpn'], 'MemoryError')
        self.assertEqual(outcomes['bio'], 'MemoryError')
        if sysconfig.get_config_var('Py_GIL_DISABLED'):
            # This one is Python's memory, which mimalloc has reserved before.
            del outcomes['bio read']
        else:
            self.assertEqual(outcomes['bio read'], 'MemoryError')
        self.assertEqual(outcomes['bio out'], 'MemoryError')
        self.assertNotIn('done', outcomes.values())


if __name__ == '__main__':
    unittest.main()
