# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A fetch in its own thread, with the methods of App Engine's UserRPC."""
from __future__ import absolute_import

import sys
import threading

try:
    from _thread import start_new_thread as _start
except ImportError:
    from thread import start_new_thread as _start

from airlock import urlfetch_errors

IDLE, RUNNING, FINISHING = range(3)

# Notified whenever a fetch is finished, for wait_any().
_finished = threading.Condition()
# 2.7 handles signals only in waits that have a timeout.
_WAIT_SECONDS = 3600


class UserRPC(object):
    """One fetch, from create_rpc(). Any thread may use it.

    Fields:
      callback: a function without arguments, or None. The first wait(),
        check_success(), get_result(), wait_any() or wait_all() after the fetch
        calls it, in its own thread. It may be set until then.
    """

    def __init__(self, service, deadline=None, callback=None):
        self.callback = callback
        self._service = service
        self._deadline = deadline
        self._method = None
        self._state = IDLE
        self._result = self._error = None
        self._must_call_back = True

    @property
    def service(self):
        """'urlfetch'."""
        return self._service

    @property
    def method(self):
        """'Fetch', or None before make_fetch_call()."""
        return self._method

    @property
    def deadline(self):
        """In seconds; None for the default."""
        return self._deadline

    @property
    def state(self):
        """IDLE (0), RUNNING (1) or FINISHING (2)."""
        return self._state

    def start(self, function):
        """Has a thread call function(), once."""
        with _finished:
            assert self._state == IDLE, 'an RPC can be used only once'
            self._state, self._method = RUNNING, 'Fetch'
        try:
            # Not a threading.Thread: of a call to ssl, the policy's audit
            # would then name a line of threading.py.
            _start(self._run, (function,))
        except Exception as error:  # RuntimeError; in 2.7 thread.error.
            self._finish(None, urlfetch_errors.InternalTransientError(
                'this process cannot start a thread: %s' % error))

    def _run(self, function):
        result = failure = None
        try:
            result = function()
        except BaseException:
            failure = sys.exc_info()[1]
        self._finish(result, failure)

    def _finish(self, result, failure):
        with _finished:
            self._result, self._error = result, failure
            self._state = FINISHING
            _finished.notify_all()

    def _call_back(self):
        with _finished:
            due, self._must_call_back = self._must_call_back, False
        if due and self.callback is not None:
            self.callback()

    def wait(self):
        """Waits for the end of the fetch, and calls the callback."""
        assert self._state != IDLE, 'make_fetch_call() comes first'
        with _finished:
            while self._state != FINISHING:
                _finished.wait(_WAIT_SECONDS)
        self._call_back()

    def check_success(self):
        """wait(); then raises the error of the fetch, if it had one."""
        self.wait()
        if self._error is not None:
            raise self._error

    def get_result(self):
        """The result of the fetch, or its error is raised. Waits for it."""
        self.check_success()
        return self._result

    @classmethod
    def wait_any(cls, rpcs):
        """Waits for one of `rpcs`, a collection.

        Returns:
          The first in it that is finished; None if it is empty.
        """
        rpcs = list(rpcs)
        if not rpcs:
            return None
        assert all(rpc.state != IDLE for rpc in rpcs), (
            'make_fetch_call() comes first')
        with _finished:
            while True:
                done = [rpc for rpc in rpcs if rpc.state == FINISHING]
                if done:
                    break
                _finished.wait(_WAIT_SECONDS)
        done[0].wait()
        return done[0]

    @classmethod
    def wait_all(cls, rpcs):
        """Waits for all of `rpcs`, a collection."""
        rpcs = list(rpcs)
        while rpcs:
            rpcs.remove(cls.wait_any(rpcs))
