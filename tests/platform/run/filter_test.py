# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The system calls that an application may make, tried one by one."""
import os
import platform
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

from application import AIRLOCK, Application, needs_sandbox

# Works in Python 2.7, too: prints the result of each call.
TRY = '''
from __future__ import print_function
import ctypes, errno, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def outcome(result):
    error = ctypes.get_errno()
    return 'done' if result >= 0 else errno.errorcode.get(error, error)
def system_call(*arguments):
    return outcome(libc.syscall(*[
        ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]))
def attempt(name, call):
    try:
        call()
        print(name, 'done')
    except (OSError, IOError, socket.error) as error:
        print(name, errno.errorcode.get(error.errno, error))
'''

# For x86-64. Each would reach beyond the process, its files or its sockets.
FORBIDDEN = {
    'acct': 163, 'add_key': 248, 'bpf': 321, 'chown': 92, 'chroot': 161,
    'clone3': 435, 'delete_module': 176, 'execveat': 322,
    'fanotify_init': 300, 'fchmodat2': 452, 'fchown': 93, 'fchownat': 260,
    'finit_module': 313, 'fsetxattr': 190, 'fsopen': 430, 'init_module': 175,
    'io_setup': 206, 'io_uring_enter': 426, 'io_uring_register': 427,
    'io_uring_setup': 425, 'ioperm': 173, 'iopl': 172, 'kcmp': 312,
    'kexec_file_load': 320, 'kexec_load': 246, 'keyctl': 250, 'lchown': 94,
    'lsetxattr': 189, 'memfd_create': 319, 'memfd_secret': 447, 'mknod': 133,
    'mknodat': 259, 'modify_ldt': 154, 'mount': 165, 'mount_setattr': 442,
    'move_mount': 429, 'mq_open': 240, 'msgget': 68, 'name_to_handle_at': 303,
    'open_by_handle_at': 304, 'open_tree': 428, 'openat2': 437,
    'perf_event_open': 298, 'personality': 135, 'pidfd_getfd': 438,
    'pivot_root': 155, 'process_madvise': 440, 'process_vm_readv': 310,
    'process_vm_writev': 311, 'ptrace': 101, 'quotactl': 179, 'reboot': 169,
    'request_key': 249, 'seccomp': 317, 'semget': 64, 'setdomainname': 171,
    'setfsgid': 123, 'setfsuid': 122, 'setgid': 106, 'setgroups': 116,
    'sethostname': 170, 'setns': 308, 'setresgid': 119, 'setresuid': 117,
    'settimeofday': 164, 'setuid': 105, 'setxattr': 188, 'shmget': 29,
    'swapon': 167, 'syslog': 103, 'tee': 276, 'umount2': 166, 'unshare': 272,
    'userfaultfd': 323, 'vhangup': 153, 'vmsplice': 278}

# In a child: calls of another architecture must end it.
FOREIGN = '''
import mmap, struct
def in_child(name, call):
    pid = os.fork()
    if pid == 0:
        call()
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    print(name, 'killed' if os.WIFSIGNALED(status) else 'done')
in_child('x32', lambda: libc.syscall(ctypes.c_long(0x40000000 | 39)))
def old_call():
    # mov eax, 20 (getpid); int 0x80; ret
    code = mmap.mmap(-1, 4096, prot=7)
    code.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')
    place = ctypes.addressof(ctypes.c_char.from_buffer(code))
    ctypes.CFUNCTYPE(ctypes.c_int)(place)()
if sys.version_info[0] > 2:  # mmap of 2.7 is not a buffer for ctypes.
    in_child('i386', old_call)
'''


@needs_sandbox
class FilterTest(unittest.TestCase):

    def outcomes(self, code, *arguments):
        """The result of each attempt in `code`, by its name."""
        app = Application(self, TRY + code)
        status, out, err = app.run(*arguments)
        self.assertEqual(status, 0, err)
        return dict(line.rsplit(' ', 1) for line in out.splitlines())

    def folder(self):
        data = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, data)
        return data

    def test_sockets_are_exactly_these(self):
        found = self.outcomes('''
# TCP, UDP, ICMP, MPTCP, SCTP, UDP-Lite, DCCP, SMC, raw ones, and netlink's.
protocols = list(range(0, 24)) + [33, 58, 115, 132, 136, 143, 255, 256, 262]
pair = (ctypes.c_int * 2)()
for family in list(range(-1, 48)) + [255]:
    for kind in range(0, 16):
        for flags in (0, 0o4000, 0o2000000, 0o2004000):
            for protocol in protocols if flags == 0 else [0]:
                for name, call in (
                        ('socket', lambda: libc.socket(
                            family, kind | flags, protocol)),
                        ('socketpair', lambda: libc.socketpair(
                            family, kind | flags, protocol, pair))):
                    fd = call()
                    result = outcome(fd)
                    if fd >= 0:
                        for end in pair if name == 'socketpair' else [fd]:
                            os.close(end)
                    if result != 'ENOSYS':
                        print('%s:%d:%d:%o:%d' % (
                            name, family, kind, flags, protocol), result)
''')
        flags = 0, socket.SOCK_NONBLOCK, socket.SOCK_CLOEXEC, (
            socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        expected = set()
        for flag in flags:
            for family in socket.AF_INET, socket.AF_INET6:
                for kind, protocol in ((socket.SOCK_STREAM, 6),
                                       (socket.SOCK_DGRAM, 17)):
                    for number in {0} | ({protocol} if flag == 0 else set()):
                        expected.add('socket:%d:%d:%o:%d' % (
                            family, kind, flag, number))
            for kind in socket.SOCK_STREAM, socket.SOCK_SEQPACKET:
                expected.add('socketpair:1:%d:%o:0' % (kind, flag))
        self.assertEqual(set(found), expected)
        self.assertEqual(found['socketpair:1:1:0:0'], 'done')
        self.assertEqual(found['socketpair:1:5:0:0'], 'done')
        self.assertEqual(found['socket:2:1:0:6'], 'done')

    def test_a_pair_reaches_no_other_socket(self):
        names = []
        listeners = []
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM,
                     socket.SOCK_SEQPACKET):
            listener = socket.socket(socket.AF_UNIX, kind)
            self.addCleanup(listener.close)
            names.append('airlock-test-' + secrets.token_hex(8))
            listener.bind('\0' + names[-1])
            if kind != socket.SOCK_DGRAM:
                listener.listen(1)
            listener.setblocking(False)
            listeners.append(listener)
        found = self.outcomes('''
for name in sys.argv[1:]:
    for shut in False, True:
        one, other = socket.socketpair()
        if shut:
            other.close()
        place = '\\0' + name
        attempt('connect', lambda: one.connect(place))
        attempt('sendto', lambda: one.sendto(b'text', place))
        attempt('listen', lambda: one.listen(1))
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if not shut:
            # The kernel ignores the address: it goes to the other end.
            one.sendto(b'text', place)
            assert other.recv(5) == b'text'
        else:
            other.close()
        attempt('connect', lambda: one.connect(place))
        attempt('listen', lambda: one.listen(1))
attempt('type', lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
''', '--', *names)
        self.assertNotIn('done', {name: result for name, result
                                  in found.items()}.values())
        for listener in listeners[0], listeners[2]:
            with self.assertRaises(BlockingIOError):
                listener.accept()
        with self.assertRaises(BlockingIOError):
            listeners[1].recv(16)

    def test_nothing_connects_to_an_end_of_a_pair(self):
        # Though it can have a name in the machine's network namespace.
        name = '\\0airlock-test-' + secrets.token_hex(8)
        outside = '\0' + name[2:]
        app = Application(self, TRY + """
one, other = socket.socketpair()
attempt('bind', lambda: one.bind('%s'))
sys.stdout.flush()
sys.stdin.read()
one.setblocking(False)
attempt('recv', lambda: one.recv(1))
attempt('accept', one.accept)
""" % name)
        process = subprocess.Popen(
            [os.path.abspath(AIRLOCK), 'run', app.yaml],
            env=app.environment(), cwd='/', stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True)
        self.assertIn(process.stdout.readline(), ('bind done\n',
                                                  'bind EINVAL\n'))
        for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
            with socket.socket(socket.AF_UNIX, kind) as client:
                with self.assertRaises(OSError):
                    client.connect(outside)
        out, err = process.communicate()
        self.assertEqual(process.returncode, 0, err)
        self.assertIn('recv EAGAIN', out)
        self.assertNotIn('accept done', out)

    def test_calls_that_python_needs(self):
        found = self.outcomes('''
import threading
attempt('resolver', lambda: socket.getaddrinfo('localhost', 443))
attempt('configured', lambda: socket.getaddrinfo(
    'localhost', 443, 0, 0, 0, socket.AI_ADDRCONFIG))
def pool():
    import multiprocessing
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=there.send, args=('text',))
    process.start()
    assert here.recv() == 'text'
    process.join()
if sys.platform != 'win32':
    attempt('multiprocessing', pool)
def loop():
    import asyncio
    made = asyncio.new_event_loop()
    made.call_soon(made.stop)
    made.run_forever()
    made.close()
if sys.version_info[0] > 2:
    attempt('asyncio', loop)
thread = threading.Thread(target=int)
attempt('thread', thread.start)
''')
        self.assertEqual(set(found.values()), {'done'}, found)

    @unittest.skipUnless(platform.machine() == 'x86_64', 'numbers of x86-64')
    def test_forbidden_calls(self):
        found = self.outcomes('''
for pair in sys.argv[1:]:
    name, number = pair.split(':')
    print(name, system_call(int(number), 0, 0, 0, 0, 0))
# Limits of others: of the first process, and of a child.
print('prlimit:1', system_call(302, 1, 7, 0, 0))
print('prlimit:own', system_call(302, 0, 7, 0, 0))
for name, request in ('TIOCSTI', 0x5412), ('TIOCLINUX', 0x541c), (
        'TIOCSCTTY', 0x540e), ('TIOCCONS', 0x541d), ('FIOASYNC', 0x5452):
    print(name, system_call(16, 0, request, b'x'))
print('clone', system_call(56, 0x10000000, 0, 0, 0, 0))
for option in 4, 8, 22, 38, 47:
    print('prctl:%d' % option, system_call(157, option, 0, 0, 0, 0))
''', '--', *['%s:%d' % pair for pair in FORBIDDEN.items()])
        self.assertEqual(found.pop('prlimit:own'), 'done')
        self.assertEqual({name: result for name, result in found.items()
                          if result != 'ENOSYS'}, {})

    @unittest.skipUnless(platform.machine() == 'x86_64', 'code of x86-64')
    def test_calls_of_another_table(self):
        found = self.outcomes(FOREIGN)
        self.assertIn('x32', found)
        self.assertEqual(set(found.values()), {'killed'}, found)

    def test_no_set_user_id(self):
        data = self.folder()
        found = self.outcomes('''
os.chdir(sys.argv[1])
open('plain', 'w').close()
os.mkdir('folder')
fd = os.open('plain', os.O_RDONLY)
for mode in 0o4755, 0o2755, 0o6755, 0o7777:
    attempt('chmod:%o' % mode, lambda: os.chmod('plain', mode))
    attempt('folder:%o' % mode, lambda: os.chmod('folder', mode))
    attempt('fchmod:%o' % mode, lambda: os.fchmod(fd, mode))
    print('fchmodat:%o' % mode, outcome(libc.fchmodat(-100, b'plain', mode, 0)))
    attempt('open:%o' % mode, lambda: os.open(
        'new', os.O_CREAT | os.O_WRONLY, mode))
    print('creat:%o' % mode, outcome(libc.creat(b'created', mode)))
    attempt('tmpfile:%o' % mode, lambda: os.open(
        '.', 0o20200000 | os.O_WRONLY, mode))
attempt('mkdir', lambda: os.mkdir('other', 0o6755))
attempt('ordinary', lambda: os.chmod('plain', 0o1755))
attempt('noise', lambda: os.open('plain', os.O_RDONLY, 0o4755))
''', '--writable=' + data, '--', data)
        for name in 'mkdir', 'ordinary', 'noise':
            self.assertEqual(found.pop(name), 'done', name)
        self.assertEqual(set(found.values()), {'EPERM'}, found)
        for folder, folders, files in os.walk(data):
            for name in folders + files:
                mode = os.lstat(os.path.join(folder, name)).st_mode
                self.assertFalse(mode & (stat.S_ISUID | stat.S_ISGID), name)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
