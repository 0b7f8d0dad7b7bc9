# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Looks up host names under a deadline, in a limited number of threads."""
from __future__ import absolute_import

import os
import socket
import threading

from airlock._http import errors

# How many names are looked up at once; others wait their turn.
MOST_LOOKUPS = 64


class _Lookups(object):
    """The lookups of one process. getaddrinfo() has no timeout, so that each
    runs in a thread, which a deadline leaves behind; whoever asks for the same
    name meanwhile shares it. Thread-safe."""

    def __init__(self):
        self.process = os.getpid()
        self._changed = threading.Condition()
        # By host and port: a list, empty until the lookup is done.
        self._running = {}

    def find(self, host, port, deadline):
        """getaddrinfo's results, or its exception."""
        name = host, port
        with self._changed:
            while (name not in self._running and
                   len(self._running) >= MOST_LOOKUPS):
                self._changed.wait(deadline.remaining())
            found = self._running.get(name)
            if found is None:
                found = self._running[name] = []
                try:
                    self._start(name, found)
                except Exception as error:  # RuntimeError; 2.7: thread.error.
                    del self._running[name]
                    raise errors.OutOfResources(str(error))
            while not found:
                self._changed.wait(deadline.remaining())
        return found[0]

    def _start(self, name, found):
        thread = threading.Thread(target=self._run, args=(name, found),
                                  name='airlock-lookup')
        thread.daemon = True
        thread.start()

    def _run(self, name, found):
        result = socket.gaierror('no answer')
        try:
            result = look_up(*name)
        finally:
            with self._changed:
                found.append(result)
                del self._running[name]
                self._changed.notify_all()


_lookups = _Lookups()


def look_up(host, port):
    """getaddrinfo's results, or its exception, with no deadline."""
    try:
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    except (socket.error, UnicodeError) as error:
        return error


def look_up_until(host, port, deadline):
    """look_up(), or errors.DeadlineExceeded."""
    global _lookups
    if _lookups.process != os.getpid():  # The threads are the parent's.
        _lookups = _Lookups()
    return _lookups.find(host, port, deadline)
