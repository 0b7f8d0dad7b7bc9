# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs M2Crypto's own tests of TLS against airlock.m2crypto.

usage: PYTHON m2crypto_suite.py TESTS GAPS PAGE

TESTS: a file of M2Crypto's folder of tests. Exit status 0 where exactly the
tests fail that GAPS lists; its own text says how lines look. PAGE has the rows
that it names.
"""
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

_SUITES = ('test_ssl', 'test_ssl_offline', 'test_bio_file', 'test_bio_iobuf',
           'test_bio_membuf', 'test_bio_ssl', 'test_timeout',
           'test_threading')
_LEAST = 99  # So many tests pass, or some have vanished.
_SECONDS = 20


def read_gaps(path, page):
    """{test: verdict}, of the lines of the list."""
    with io.open(page, encoding='utf-8') as text:
        rows = set(re.findall(r'^\| `([a-z0-9-]+)` \|', text.read(),
                              re.MULTILINE))
    gaps = {}
    with io.open(path, encoding='utf-8') as lines:
        for number, line in enumerate(lines, 1):
            fields = line.split(None, 2)
            if not fields or fields[0].startswith('#'):
                continue
            row = re.search(r'\[([a-z0-9-]+)\]$', line.rstrip())
            if (len(fields) != 3 or fields[0] not in ('fails', 'varies')
                    or not row or row.group(1) not in rows):
                sys.exit('%s:%d: write VERDICT TEST REASON [ROW].'
                         % (path, number))
            gaps[fields[1]] = fields[0]
    return gaps


def rename():
    """Has M2Crypto's tests import airlock.m2crypto."""
    import airlock.m2crypto as package
    package.util.is_32bit = package.util.is_libc_musl = lambda: False
    for name, module in list(sys.modules.items()):
        if name == package.__name__ or name.startswith(package.__name__ + '.'):
            sys.modules['M2Crypto' + name[len(package.__name__):]] = module


def listens(port):
    """Whether something listens there, without a connection to it."""
    for name in ('tcp', 'tcp6'):
        with open('/proc/self/net/' + name) as table:
            for line in table:
                fields = line.split()
                if (fields[3] == '0A'
                        and int(fields[1].rpartition(':')[2], 16) == port):
                    return True
    return False


def start_server(self, args):
    """Starts openssl's server, and returns once it listens."""
    log = tempfile.TemporaryFile()
    process = subprocess.Popen(['openssl'] + args, cwd='tests', stdout=log,
                               stderr=log)
    process.log = log
    deadline = time.monotonic() + _SECONDS
    while not listens(self.srv_port):
        # Its output is a file, so nothing tells when it listens, only if it ends.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.01)
        if process.returncode is not None or time.monotonic() > deadline:
            log.seek(0)
            raise RuntimeError(log.read().decode())
    return process


def stop_server(self, process):
    """Ends it, and returns its output and errors."""
    # Standard output is a file: what it wrote is there once it has ended.
    process.terminate()
    process.wait()
    with process.log as log:
        log.seek(0)
        return log.read().decode(errors='replace'), ''


class Result(unittest.TestResult):

    def __init__(self):
        super().__init__()
        self.verdicts = {}

    def _note(self, test, verdict, detail=''):
        name = '.'.join(test.id().split('.')[-3:])
        if self.verdicts.get(name, ('pass',))[0] == 'pass':
            self.verdicts[name] = (verdict, detail)

    def addSuccess(self, test):
        self._note(test, 'pass')

    def addSkip(self, test, reason):
        self._note(test, 'skip', reason)

    def addError(self, test, err):
        self._note(test, 'fail', self._exc_info_to_string(err, test))

    addFailure = addError


def main():
    tests, gaps, page = [os.path.abspath(path) for path in sys.argv[1:4]]
    gaps = read_gaps(gaps, page)
    folder = tempfile.mkdtemp(prefix='s', dir=os.environ.get('TEST_TMPDIR'))
    shutil.copytree(os.path.dirname(tests), os.path.join(folder, 'tests'))
    os.chdir(folder)
    sys.path.insert(0, folder)
    os.environ['M2CRYPTO_TEST_SSL_SLEEP'] = '0.2'
    rename()
    from tests import test_ssl
    test_ssl.BaseSSLClientTestCase.start_server = start_server
    test_ssl.BaseSSLClientTestCase.stop_server = stop_server
    result = Result()
    unittest.defaultTestLoader.loadTestsFromNames(
        ['tests.' + name for name in _SUITES]).run(result)
    shutil.rmtree(folder)
    wrong = []
    for name, (verdict, detail) in sorted(result.verdicts.items()):
        if verdict == 'fail' and name not in gaps:
            wrong.append('fails: %s\n%s' % (name, detail))
        elif verdict == 'pass' and gaps.get(name) == 'fails':
            wrong.append('passes now, take it from the list: ' + name)
    wrong.extend('no such test: ' + name
                 for name in set(gaps) - set(result.verdicts))
    counts = {word: sum(verdict == word
                        for verdict, _ in result.verdicts.values())
              for word in ('pass', 'fail', 'skip')}
    print(', '.join('%s: %d' % pair for pair in counts.items()))
    if counts['pass'] < _LEAST:
        wrong.append('only %d pass, and %d did' % (counts['pass'], _LEAST))
    if wrong:
        sys.exit('Not as %s says:\n  %s' % (sys.argv[2], '\n  '.join(wrong)))


if __name__ == '__main__':
    main()
