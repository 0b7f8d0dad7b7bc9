# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Holds one suite of CPython's own tests against the list of known gaps.

usage: PYTHON judge_suite.py [--stock] SUITE KNOWN_GAPS

Runs SUITE of PYTHON's own library with the `_ssl` that comes first on
PYTHONPATH, which must not be the stock one (--stock: must be). Exit status 0
where exactly the tests fail that KNOWN_GAPS lists; a failure that it does not
list and a pass that it excludes are both wrong. Its own text says how lines
look.
"""
from __future__ import print_function

import io
import os
import signal
import subprocess
import sys
import tempfile
import threading

_RANK = {'start': 0, 'pass': 1, 'skip': 2, 'fail': 3}
# Below Bazel's timeout, to report by name what hangs.
_SECONDS = 600


class Expectations(object):
    """The lines of the list that speak of this Python and this suite."""

    def __init__(self, path, suite):
        self.fails = {}   # test -> reason
        self.varies = {}  # the same; either verdict is right
        self.floor = 0    # the minimum number of passing tests
        with io.open(path, encoding='utf-8') as lines:
            for number, line in enumerate(lines, 1):
                fields = line.split(None, 3)
                if not fields or fields[0].startswith('#'):
                    continue
                try:
                    versions, verdict, test, detail = fields
                    if not _speaks_of(versions):
                        continue
                    if verdict == 'passes' and test == suite:
                        self.floor = int(detail)
                    elif verdict in ('fails', 'varies'):
                        getattr(self, verdict)[test] = detail.strip()
                    elif verdict != 'passes':
                        raise ValueError('no verdict: ' + verdict)
                except ValueError as error:
                    sys.exit('%s:%d: %s\nWrite VERSIONS VERDICT TEST REASON.'
                             % (path, number, error))


def _speaks_of(versions):
    """True of '*', '3.11', '2.7,3.8' and '3.8-3.11.2' where they mean us."""
    def compare(text):
        number = tuple(int(part) for part in text.split('.'))
        ours = tuple(sys.version_info[:len(number)])
        return (ours > number) - (ours < number)

    for part in versions.split(','):
        first, _, last = part.partition('-')
        if part == '*' or compare(first) >= 0 >= compare(last or first):
            return True
    return False


def _short(test):
    """A test's id, the same in every version of CPython."""
    return test[len('test.'):] if test.startswith('test.') else test


def _read_verdicts(path):
    """test -> (verdict, detail): the worst that was said of it."""
    seen = {}
    if not os.path.exists(path):
        return seen
    with io.open(path, encoding='utf-8', errors='replace') as lines:
        for line in lines:
            test, verdict, detail = line.rstrip('\n').split('\t')
            test = _short(test)
            worst = seen.get(test, ('start', ''))[0]
            if _RANK[verdict] >= _RANK[worst]:
                seen[test] = (verdict, detail)
    return seen


def _run(suite, folder):
    """Runs the suite in its own process: verdicts and how it ended."""
    verdicts = os.path.join(folder, 'verdicts')
    work = os.path.join(folder, 'work')
    os.mkdir(work)
    recorder = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                            'record_verdicts.py')
    environment = dict(os.environ, TMPDIR=work, HOME=work)
    log_path = os.path.join(folder, 'log')
    with open(log_path, 'wb') as log, open(os.devnull) as nothing:
        process = subprocess.Popen(
            [sys.executable, recorder, verdicts, suite], cwd=work,
            env=environment, stdin=nothing, stdout=log, stderr=log,
            preexec_fn=os.setsid)
        timer = threading.Timer(
            _SECONDS, lambda: os.killpg(process.pid, signal.SIGKILL))
        timer.start()
        status = process.wait()
        timer.cancel()
    with io.open(log_path, encoding='utf-8', errors='replace') as log:
        tail = log.read()[-20000:]
    return _read_verdicts(verdicts), status, tail


def _judge(seen, expected, status):
    """What is wrong, a line each."""
    wrong = []
    for test, (verdict, detail) in sorted(seen.items()):
        if verdict == 'start':
            wrong.append('never ended: %s (exit status %d)' % (test, status))
        elif test in expected.varies:
            pass
        elif verdict == 'fail' and test not in expected.fails:
            wrong.append('fails: %s\n      %s' % (test, detail))
        elif verdict == 'pass' and test in expected.fails:
            wrong.append('passes now, take it from the list: %s (%s)'
                         % (test, expected.fails[test]))
    passes = sum(verdict == 'pass' for verdict, _ in seen.values())
    if not seen:
        wrong.append('no test ran (exit status %d)' % status)
    elif passes < expected.floor:
        wrong.append('only %d tests pass, and %d did'
                     % (passes, expected.floor))
    if status < 0 and not wrong:
        wrong.append('the interpreter died of signal %d' % -status)
    return wrong


def main():
    arguments = sys.argv[1:]
    stock = arguments[:1] == ['--stock']
    suite, gaps = arguments[stock:]
    import _ssl
    found_stock = 'Airlock' not in _ssl.OPENSSL_VERSION
    print('%s, %s (%s)' % (sys.executable, _ssl.OPENSSL_VERSION,
                           getattr(_ssl, '__file__', 'built in')))
    if stock != found_stock:
        sys.exit('This is the wrong _ssl; look at PYTHONPATH.')
    # TEST_TMPDIR of Bazel can be too long for a UNIX socket.
    folder = tempfile.mkdtemp(prefix='s', dir=os.environ.get('TEST_TMPDIR'))
    seen, status, log = _run(suite, folder)
    wrong = _judge(seen, Expectations(gaps, suite), status)
    for word in ('pass', 'fail', 'skip'):
        print('%s: %d' % (word, sum(v == word for v, _ in seen.values())))
    if wrong:
        print('\nThe end of the suite\'s own output:\n' + log.encode(
            'ascii', 'backslashreplace').decode('ascii'))
        sys.exit('%s of Python %s is not as %s says:\n  %s' % (
            suite, sys.version.split()[0], gaps, '\n  '.join(wrong)))


if __name__ == '__main__':
    main()
