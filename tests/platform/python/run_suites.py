# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Puts a module `_ssl` to CPython's own test suites.

usage: PYTHON run_suites.py MODULE RECORDER EXPECTED SUITE...

Runs each suite in this interpreter, with the folder of MODULE first on its
path. EXPECTED lists the tests that are known to fail, with the reasons. Exit
status 1: a test failed that is not listed, or one that is listed passed.
"""
from __future__ import print_function

import collections
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

TIMEOUT = 280
# A later verdict of the same test counts if it is worse.
SEVERITY = {'started': 0, 'passed': 1, 'skipped': 2, 'failed': 3}


def known_failures(path):
    """The ids of the tests that this version is known to fail."""
    version = '%d.%d' % sys.version_info[:2]
    known = {}
    with open(path) as lines:
        for line in lines:
            line = line.strip()
            if not line or line.startswith('#'):
                continue
            versions, test, reason = line.split(None, 2)
            if version in versions.split(','):
                known[test] = reason
    return known


def run(module, recorder, suite):
    """The verdicts of one suite, and what it printed."""
    work = tempfile.mkdtemp()
    try:
        record = os.path.join(work, 'record')
        log = os.path.join(work, 'log')
        environment = dict(os.environ)
        environment['PYTHONPATH'] = os.path.dirname(module)
        environment.setdefault('HOME', work)
        with open(log, 'w') as output, open(os.devnull) as nothing:
            child = subprocess.Popen(
                [sys.executable, recorder, record, suite], cwd=work,
                env=environment, stdin=nothing, stdout=output,
                stderr=subprocess.STDOUT, preexec_fn=os.setsid)
            stop = threading.Timer(
                TIMEOUT, os.killpg, (child.pid, signal.SIGKILL))
            stop.start()
            child.wait()
            stop.cancel()
        verdicts = {}
        if os.path.exists(record):
            with open(record) as lines:
                for line in lines:
                    test, verdict = line.rstrip('\n').rsplit('\t', 1)
                    if SEVERITY[verdict] >= SEVERITY[
                            verdicts.get(test, 'started')]:
                        verdicts[test] = verdict
        with open(log) as output:
            return verdicts, output.read()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main():
    module, recorder, expected = [os.path.abspath(p) for p in sys.argv[1:4]]
    known = known_failures(expected)
    surprises = []
    for suite in sys.argv[4:]:
        verdicts, log = run(module, recorder, suite)
        count = collections.Counter(verdicts.values())
        print('%s: %d passed, %d skipped, %d failed, %d unfinished' % (
            suite, count['passed'], count['skipped'], count['failed'],
            count['started']))
        if not count['passed']:
            surprises.append('%s did not run' % suite)
        for test, verdict in sorted(verdicts.items()):
            if verdict in ('failed', 'started') and test not in known:
                surprises.append('%s %s' % (test, verdict))
            elif verdict == 'passed' and test in known:
                surprises.append('%s passed; take it off the list' % test)
        if surprises:
            print(log)
    for surprise in surprises:
        print('UNEXPECTED %s' % surprise)
    sys.exit(1 if surprises else 0)


if __name__ == '__main__':
    main()
