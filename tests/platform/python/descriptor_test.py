# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A socket that is closed while its connection is in use.

usage: PYTHON descriptor_test.py CERTS      (any Python from 2.7 on)

CERTS is the folder of the test certificates. No byte may go to, or come from,
what has the number of the socket's descriptor by then.
"""
import os
import resource
import socket
import ssl
import sys
import threading
import time
import unittest

from connections import (SECONDS, Task, c_socket, client_context, main,
                         server_context, socket_pair)

Errors = (ssl.SSLError, OSError, socket.error)


def close(connection):
    """In Python 2.7, close() leaves the descriptor to who still uses it."""
    c_socket(connection).close()


class Watched(Task):
    """A task of which one can tell that it waits."""

    def __init__(self, function, *arguments):
        before = set(os.listdir('/proc/self/task'))
        super(Watched, self).__init__(function, *arguments)
        self._place = set(os.listdir('/proc/self/task')) - before

    def sleeps(self):
        """Whether it is in a system call that waits."""
        place, = self._place
        with open('/proc/self/task/%s/stat' % place) as file:
            return file.read().rpartition(')')[2].split()[0] == 'S'

    def wait_until_it_sleeps(self):
        end = time.time() + SECONDS
        asleep = 0
        while asleep < 3:
            assert time.time() < end, 'it never waits'
            asleep = asleep + 1 if self.sleeps() else 0
            threading.Event().wait(0.001)  # Gives it the GIL.


class Bait(object):
    """What takes the place of a closed socket, and is to be left alone."""

    WORDS = b'not for TLS'

    def __init__(self):
        self.near, self.far = socket_pair()
        self.far.sendall(self.WORDS)
        self.near.setblocking(False)
        self.far.setblocking(False)
        self.numbers = []

    def take_place_of(self, connection):
        number = connection.fileno()
        close(connection)
        # The lowest one is next, as for any opened file.
        while number not in self.numbers:
            self.numbers.append(os.dup(self.near.fileno()))
            if self.numbers[-1] > number:
                break  # Another thread's file has it.

    def is_untouched(self):
        """Closes everything."""
        for number in self.numbers:
            os.close(number)
        untouched = self.near.recv(100) == self.WORDS
        try:
            untouched = self.far.recv(100) == b'' and untouched
        except (OSError, socket.error):
            pass  # Nothing was sent.
        self.near.close()
        self.far.close()
        return untouched


class DescriptorTest(unittest.TestCase):

    def pair(self, sni_callback=None, message_callback=None):
        near, far = socket_pair()
        context = client_context()
        if message_callback:
            context._msg_callback = message_callback
        client = context.wrap_socket(
            near, server_hostname='localhost', do_handshake_on_connect=False)
        server = server_context(sni_callback).wrap_socket(
            far, server_side=True, do_handshake_on_connect=False)
        for end in (client, server):
            end.settimeout(SECONDS)
            self.addCleanup(end.close)
        return client, server

    def connect(self, timeout=SECONDS):
        client, server = self.pair()
        accepting = Task(server.do_handshake)
        client.do_handshake()
        accepting.result()
        client.settimeout(timeout)
        return client, server

    def fails(self, action):
        with self.assertRaises(Errors):
            action()

    def beside_a_thread(self, action):
        """Alone, and beside a thread that does nothing."""
        action()
        end = threading.Event()
        idle = Task(end.wait, SECONDS)
        action()
        end.set()
        idle.result()


class ClosedByAnotherThreadTest(DescriptorTest):
    """As the standard module: close() wakes no one, shutdown() does."""

    def each(self):
        for timeout in (None, SECONDS):
            for operate in (lambda s: s.recv(1), lambda s: s.unwrap(),
                            lambda s: s.sendall(b'x' * (16 << 20))):
                client, server = self.connect(timeout)
                task = Watched(operate, client)
                task.wait_until_it_sleeps()
                yield client, server, task

    def test_ends_once_the_peer_does(self):
        for client, server, task in self.each():
            close(client)
            server.close()
            try:
                self.assertEqual(task.result(), b'')
            except Errors:
                pass

    def test_ends_with_its_timeout(self):
        client, _ = self.connect(0.2)
        task = Watched(client.recv, 1)
        task.wait_until_it_sleeps()
        close(client)
        self.fails(task.result)

    def test_shutdown_wakes(self):
        for client, _, task in self.each():
            client.shutdown(socket.SHUT_RDWR)
            try:
                self.assertEqual(task.result(), b'')
            except Errors:
                pass

    def test_peer_sees_the_end(self):
        client, server = self.connect()
        reading = Watched(client.recv, 10)
        server.sendall(b'words')
        self.assertEqual(reading.result(), b'words')
        close(client)
        self.assertEqual(server.recv(1), b'')


class AnotherFileTest(DescriptorTest):
    """The number is given to another file meanwhile."""

    def test_while_another_thread_waits(self):
        for timeout in (None, SECONDS):
            for operate in (lambda s: s.recv(1), lambda s: s.unwrap(),
                            lambda s: s.sendall(b'x' * (16 << 20))):
                client, server = self.connect(timeout)
                bait = Bait()
                task = Watched(operate, client)
                task.wait_until_it_sleeps()
                bait.take_place_of(client)
                try:
                    server.sendall(b'y' * 100)
                    server.recv(1 << 20)
                except Errors:
                    pass
                server.close()
                try:
                    task.result()
                except Errors:
                    pass
                self.assertTrue(bait.is_untouched())

    def test_in_a_callback(self):
        def run():
            bait = Bait()
            _, server = pair = self.pair(
                lambda connection, *_: bait.take_place_of(server))
            connecting = Watched(self.fails, pair[0].do_handshake)
            self.fails(server.do_handshake)
            self.fails(server.do_handshake)
            connecting.result()
            self.assertTrue(bait.is_untouched())

        self.beside_a_thread(run)

    def closes_at(self, message):
        """Whether a client has so many; at this one it closes its socket."""
        bait = Bait()
        seen = []

        def callback(*_):
            if len(seen) == message:
                bait.take_place_of(client)
            seen.append(1)

        client, server = self.pair(message_callback=callback)
        accepting = Task(server.do_handshake)
        try:
            client.do_handshake()
            client.sendall(b'words')
        except Errors:
            pass
        client.close()
        try:
            accepting.result()
        except Errors:
            pass
        self.assertTrue(bait.is_untouched(), message)
        return len(seen) > message

    @unittest.skipUnless(sys.version_info >= (3, 8), 'has no _msg_callback')
    def test_in_a_message_callback(self):
        def run():
            message = 0
            while self.closes_at(message):
                message += 1
            self.assertGreater(message, 5)

        self.beside_a_thread(run)

    def test_while_another_thread_is_in_a_callback(self):
        for operate in (lambda s: s.recv(1), lambda s: s.sendall(b'words'),
                        lambda s: s.do_handshake()):
            bait = Bait()
            entered, leave = threading.Event(), threading.Event()

            def callback(*_):
                entered.set()
                assert leave.wait(SECONDS)

            client, server = self.pair(callback)
            connecting = Watched(self.fails, client.do_handshake)
            accepting = Task(self.fails, server.do_handshake)
            self.assertTrue(entered.wait(SECONDS))
            waiting = Watched(self.fails, lambda: operate(server))
            waiting.wait_until_it_sleeps()
            bait.take_place_of(server)
            leave.set()
            for task in (accepting, waiting, connecting):
                task.result()
            self.assertTrue(bait.is_untouched())

    def test_threads_that_close_at_any_time(self):
        baits = []
        for _ in range(100):
            client, server = self.connect()
            bait = Bait()
            start = threading.Event()

            def operate(action):
                start.wait(SECONDS)
                try:
                    while action():
                        pass
                except Errors:
                    pass
                except (AttributeError, ValueError):
                    pass  # Without a GIL, ssl.py forgets the connection then.

            tasks = [Task(operate, lambda: client.send(b'words')),
                     Task(operate, lambda: client.recv(100)),
                     Task(operate, lambda: server.send(server.recv(100)))]
            start.set()
            bait.take_place_of(client)
            try:
                server.shutdown(socket.SHUT_RDWR)
            except Errors:
                pass
            for task in tasks:
                task.result()
            baits.append(bait)
        self.assertEqual([bait.is_untouched() for bait in baits], [True] * 100)


class DuplicateTest(DescriptorTest):
    """Of descriptors, a connection takes no more than Python's socket has."""

    def count(self):
        return len(os.listdir('/proc/self/fd'))

    def test_none_leaks(self):
        client, server = self.connect()
        before = self.count()
        for _ in range(10):
            echo = Task(lambda: server.sendall(server.recv(5)))
            client.sendall(b'hello')
            self.assertEqual(client.recv(5), b'hello')
            echo.result()
        self.assertEqual(self.count(), before)

    def test_none_leaks_while_a_thread_waits(self):
        client, server = self.connect()
        before = self.count()
        reading = Watched(client.recv, 5)
        reading.wait_until_it_sleeps()
        self.assertEqual(self.count(), before)
        server.sendall(b'words')
        self.assertEqual(reading.result(), b'words')

    def test_a_number_that_was_closed_stays_free(self):
        client, server = self.connect()
        number = os.dup(0)
        os.close(number)
        done = threading.Event()

        def converse():
            while not done.is_set():
                client.sendall(b'x')
                server.recv(1)

        conversing = Task(converse)
        try:
            for _ in range(20000):
                with self.assertRaises((IOError, OSError)):
                    os.fstat(number)
        finally:
            done.set()
            conversing.result()

    def test_none_leaks_in_a_child_of_a_callback(self):
        counts = []

        def callback(*_):
            before = self.count()
            child = os.fork()
            if child == 0:
                os._exit(0 if self.count() == before == counts[0] else 1)
            counts.append(os.waitpid(child, 0)[1])

        client, server = self.pair(callback)
        connecting = Watched(client.do_handshake)
        # It waits until the server has the callback's result.
        connecting.wait_until_it_sleeps()
        counts.append(self.count())
        server.do_handshake()
        connecting.result()
        self.assertEqual(counts[1], 0)

    def test_none_available(self):
        def converse():
            client, server = self.connect()
            limits = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
            try:
                with self.assertRaises((IOError, OSError)):
                    os.dup(0)
                client.sendall(b'hello')
                self.assertEqual(server.recv(5), b'hello')
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)

        self.beside_a_thread(converse)

    def test_none_available_after_a_callback(self):
        def shake_hands():
            limits = resource.getrlimit(resource.RLIMIT_NOFILE)
            client, server = self.pair(lambda *_: resource.setrlimit(
                resource.RLIMIT_NOFILE, (3, limits[1])))
            connecting = Watched(client.do_handshake)
            try:
                server.do_handshake()
                connecting.result()
                with self.assertRaises((IOError, OSError)):
                    os.dup(0)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)

        shake_hands()


if __name__ == '__main__':
    main()
