# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs one of CPython's suites and writes down what became of each test.

usage: PYTHON recorder.py FILE SUITE      (any Python from 2.7 on)

FILE gets a line per test: its id, a tab, and one of passed, skipped, failed.
A test without a line after its "started" never ended.
"""
from __future__ import print_function

import os
import runpy
import sys
import unittest


class Recorder(object):
    """Stands between unittest and its results."""

    def __init__(self, path):
        self._file = open(path, 'w')
        # What a test forks has no say.
        self._process = os.getpid()

    def note(self, test, verdict):
        if os.getpid() == self._process:
            self._file.write('%s\t%s\n' % (test.id(), verdict))
            self._file.flush()

    def watch(self, method, verdict):
        """Notes `verdict` for the test whenever `method` is called."""
        original = getattr(unittest.TestResult, method)

        def observed(result, test, *rest):
            self.note(test, verdict)
            return original(result, test, *rest)

        setattr(unittest.TestResult, method, observed)

    def watch_subtests(self):
        original = getattr(unittest.TestResult, 'addSubTest', None)
        if original is None:
            return

        def observed(result, test, subtest, error):
            if error is not None:
                self.note(test, 'failed')
            return original(result, test, subtest, error)

        unittest.TestResult.addSubTest = observed


def main():
    recorder = Recorder(sys.argv[1])
    for method, verdict in [
            ('startTest', 'started'), ('addSuccess', 'passed'),
            ('addExpectedFailure', 'passed'), ('addSkip', 'skipped'),
            ('addFailure', 'failed'), ('addError', 'failed'),
            ('addUnexpectedSuccess', 'failed')]:
        recorder.watch(method, verdict)
    recorder.watch_subtests()
    # As if the suite had been called from the folder at hand.
    sys.path[0] = os.getcwd()
    sys.argv = ['test', '-v', sys.argv[2]]
    runpy.run_module('test', run_name='__main__', alter_sys=True)


if __name__ == '__main__':
    main()
