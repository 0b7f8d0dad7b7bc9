# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs one suite of CPython's own tests and records every verdict.

usage: PYTHON record_verdicts.py VERDICTS SUITE     (CPython 2.7, or 3.6 on)

VERDICTS gets a line per event, at once, so that it tells of a crash too:
the test's id, a word (start, pass, skip, fail) and a detail, tab-separated.
The suite runs as `python -m test -v SUITE` runs it.
"""
import io
import os
import runpy
import sys
import unittest


class Recorder(object):
    """Writes down what every unittest.TestResult of this process is told."""

    def __init__(self, path):
        self._file = io.open(path, 'w', encoding='utf-8', errors='replace')
        self._process = os.getpid()

    def write(self, test, verdict, detail=u''):
        if os.getpid() != self._process:
            return  # A test's forked child does not report.
        if isinstance(detail, bytes):
            detail = detail.decode('utf-8', 'replace')
        detail = u' '.join((u'%s' % (detail,)).split())[:300]
        self._file.write(u'%s\t%s\t%s\n' % (test.id(), verdict, detail))
        self._file.flush()

    def watch(self, method, verdict, detail=lambda *_: u''):
        """Has `method` of every TestResult write `verdict` first."""
        original = getattr(unittest.TestResult, method)

        def recorded(result, test, *arguments):
            self.write(test, verdict, detail(*arguments))
            return original(result, test, *arguments)

        setattr(unittest.TestResult, method, recorded)

    def watch_subtests(self):
        """A subtest that fails fails its test; Python 2 has no subtests."""
        original = getattr(unittest.TestResult, 'addSubTest', None)
        if original is None:
            return

        def recorded(result, test, subtest, error):
            if error is not None:
                skipped = issubclass(error[0], unittest.SkipTest)
                self.write(test, 'skip' if skipped else 'fail', words(error))
            return original(result, test, subtest, error)

        unittest.TestResult.addSubTest = recorded


def words(error, *_):
    try:
        return '%s: %s' % (error[0].__name__, error[1])
    except UnicodeError:
        return '%s: %r' % (error[0].__name__, error[1])


def import_all_of_test_ssl():
    """Has test_ssl run what it skips because of the version that ssl states.

    From 3.14 on, it leaves out more for that, and a class of tests for want of
    post-handshake authentication, which most of them do not use.
    """
    import ssl
    version = ssl.OPENSSL_VERSION_INFO
    ssl.OPENSSL_VERSION_INFO = (3, 5, 0, 0, 0)
    ssl.HAS_PHA = True
    from test import test_ssl
    ssl.OPENSSL_VERSION_INFO = version
    # It chooses what to expect by this one, too.
    test_ssl.IS_OPENSSL_3_0_0 = version >= (3,)


def main():
    verdicts, suite = sys.argv[1:]
    recorder = Recorder(verdicts)
    recorder.watch('startTest', 'start')
    recorder.watch('addSuccess', 'pass')
    recorder.watch('addExpectedFailure', 'pass')
    recorder.watch('addSkip', 'skip', lambda reason: reason)
    recorder.watch('addUnexpectedSuccess', 'fail', lambda: 'unexpected success')
    recorder.watch('addFailure', 'fail', words)
    recorder.watch('addError', 'fail', words)
    recorder.watch_subtests()
    # As in `python -m test`: the folder of this file is not on the path.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [os.getcwd()] + [
        p for p in sys.path if os.path.abspath(p or '.') != here
        and os.path.realpath(p or '.') != os.path.realpath(here)]
    if suite == 'test_ssl' and sys.version_info >= (3, 13):
        import_all_of_test_ssl()
    sys.argv = ['-m', '-v', suite]
    runpy.run_module('test', run_name='__main__', alter_sys=True)


if __name__ == '__main__':
    main()
