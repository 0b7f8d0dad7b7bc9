# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs a third-party suite with the stock ssl, and with Airlock's.

usage: /usr/bin/python3 judge_programs.py GAPS CERTS SUITE...

CERTS: the folder of the test certificates, for suites of our own. SUITE: a
module that is installed, such as trio.tests.test_ssl, a file, or an option;
pytest runs it. Exit status 0 where each test that passes with the stock module passes
with the `_ssl` on PYTHONPATH, too, except those that GAPS lists; a listed test that
passes is wrong, too. Its own text says how lines look.
"""
import fnmatch
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

_SECONDS = 250  # For each of the two, below Bazel's timeout.
_BAD = {'failure', 'error'}


def read_gaps(path):
    """[(verdict, pattern)] of the lines of suite_gaps.txt."""
    rows = []
    with open(path, encoding='utf-8') as lines:
        for number, line in enumerate(lines, 1):
            fields = line.split(None, 2)
            if not fields or fields[0].startswith('#'):
                continue
            if len(fields) != 3 or fields[0] not in ('fails', 'varies'):
                sys.exit('%s:%d: write VERDICT TEST REASON.' % (path, number))
            rows.append((fields[0], fields[1]))
    return rows


def _run(suites, certs, stock, folder):
    """test -> (verdict, detail), and the suite's own output."""
    name = 'stock' if stock else 'airlock'
    report = os.path.join(folder, name + '.xml')
    work = os.path.join(folder, name)
    os.mkdir(work)
    environment = dict(os.environ, TMPDIR=work, HOME=work,
                       PYTHONDONTWRITEBYTECODE='1', TEST_CERTS=certs)
    paths = [os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          'plugins')]
    if not stock:
        paths.insert(0, environment['PYTHONPATH'])
    environment['PYTHONPATH'] = os.pathsep.join(paths)
    # Proxies would bypass the tests' servers.
    for variable in [n for n in environment if n.lower().endswith('_proxy')]:
        del environment[variable]
    log = os.path.join(folder, name + '.log')
    with open(log, 'wb') as out:
        try:
            subprocess.run(
                [sys.executable, '-X', 'faulthandler', '-m', 'pytest', '-q',
                 '-p', 'no:cacheprovider', '-W', 'ignore',
                 '--junitxml=' + report, '-o', 'junit_family=xunit1',
                 '-o', 'junit_logging=no', '--rootdir=' + work, '--pyargs']
                + suites, cwd=work, env=environment, stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            out.write(b'\n(stopped: it took too long)\n')
    with open(log, encoding='utf-8', errors='replace') as text:
        said = text.read()[-20000:]
    found = {}
    if os.path.exists(report):
        for case in xml.etree.ElementTree.parse(report).iter('testcase'):
            test = '%s.%s' % (case.get('classname'), case.get('name'))
            verdict, detail = 'pass', ''
            for child in case:
                if child.tag in _BAD:
                    verdict, detail = 'fail', child.get('message') or ''
                elif child.tag == 'skipped':
                    verdict = 'skip'
            found[test] = (verdict, ' '.join(detail.split())[:200])
    return found, said


def which(stock):
    """The library that `ssl` says it is."""
    environment = dict(os.environ)
    if stock:
        environment.pop('PYTHONPATH')
    return subprocess.check_output(
        [sys.executable, '-c', 'import ssl; print(ssl.OPENSSL_VERSION)'],
        env=environment).decode().strip()


def main():
    gaps, suites = read_gaps(sys.argv[1]), sys.argv[3:]
    certs = os.path.abspath(sys.argv[2])
    suites = [os.path.abspath(name) if name.endswith('.py') else name
              for name in suites]
    folder = tempfile.mkdtemp(prefix='s', dir=os.environ.get('TEST_TMPDIR'))
    for stock in (True, False):
        version = which(stock)
        print(version)
        if stock == ('Airlock' in version):
            sys.exit('This is the wrong _ssl; look at PYTHONPATH.')
    expected, log = _run(suites, certs, True, folder)
    passing = [test for test, (verdict, _) in expected.items()
               if verdict == 'pass']
    print('stock: %d tests, of which %d pass' % (len(expected), len(passing)))
    if not passing:
        print(log)
        sys.exit('No test passes with the stock ssl.')
    found, log = _run(suites, certs, False, folder)
    wrong = []
    for test in sorted(passing):
        verdict, detail = found.get(test, ('missing', ''))
        words = {word for word, pattern in gaps
                 if fnmatch.fnmatchcase(test, pattern)}
        if verdict == 'pass' and words == {'fails'}:
            wrong.append('passes now, take it from the list: ' + test)
        elif verdict != 'pass' and not words:
            wrong.append('%s: %s\n      %s' % (verdict, test, detail))
    print('airlock: %d of them pass' % sum(
        found.get(test, ('', ''))[0] == 'pass' for test in passing))
    if wrong:
        print('\nThe end of the output with Airlock:\n' + log)
        sys.exit('Not as %s says:\n  %s' % (sys.argv[1], '\n  '.join(wrong)))


if __name__ == '__main__':
    main()
