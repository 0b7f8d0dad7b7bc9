# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs a program with the stock ssl and with Airlock's, and compares outcomes.

usage: /usr/bin/python3 compare_programs.py GAPS CERTS NAME PROGRAM [ARG]

PROGRAM is one of programs/, which prints its cases (programs/cases.py). Both
runs must have the same cases with the same outcomes, except those NAME.CASE
that GAPS lists; its own text says how lines look. No case may be broken.
"""
import concurrent.futures
import fnmatch
import json
import os
import subprocess
import sys
import tempfile

from judge_programs import read_gaps, which

_SECONDS = 200  # Below Bazel's timeout, to report by name what hangs.


def run(certs, program, arguments, stock):
    """({case: outcome}, exit status, what it said otherwise)."""
    folder = tempfile.mkdtemp(prefix='s', dir=os.environ.get('TEST_TMPDIR'))
    environment = dict(os.environ, TMPDIR=folder, HOME=folder,
                       PYTHONDONTWRITEBYTECODE='1', TEST_CERTS=certs)
    if stock:
        environment.pop('PYTHONPATH')
    for variable in [n for n in environment if n.lower().endswith('_proxy')]:
        del environment[variable]
    log = os.path.join(folder, 'log')
    with open(log, 'wb') as err:
        try:
            process = subprocess.run(
                [sys.executable, '-X', 'faulthandler', '-W', 'ignore', program]
                + arguments, cwd=folder, env=environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err,
                timeout=_SECONDS, check=False)
            out, status = process.stdout, process.returncode
        except subprocess.TimeoutExpired as error:
            out, status = error.stdout or b'', 'stopped: it took too long'
    cases = {}
    for line in out.decode('utf-8', 'replace').splitlines():
        if line.startswith('{"case"'):
            row = json.loads(line)
            if row['case'] in cases:
                status = 'two cases are named ' + row['case']
            cases[row['case']] = row['outcome']
    with open(log, encoding='utf-8', errors='replace') as text:
        said = text.read()[-8000:]
    return cases, status, said


def differences(name, rows, stock, airlock):
    """What is wrong, a line each."""
    wrong = []
    for case in dict.fromkeys(list(stock) + list(airlock)):
        ours = airlock.get(case, 'missing')
        theirs = stock.get(case, 'missing')
        known = {word for word, pattern in rows
                 if fnmatch.fnmatchcase('%s.%s' % (name, case), pattern)}
        if theirs.startswith('broken') or 'missing' in (ours, theirs):
            wrong.append('%s: stock: %s; airlock: %s' % (case, theirs, ours))
        elif ours != theirs and not known:
            wrong.append('%s:\n      stock:   %s\n      airlock: %s'
                         % (case, theirs, ours))
        elif ours == theirs and known == {'fails'}:
            wrong.append('is the same now, take it from the list: ' + case)
    return wrong


def main():
    gaps, certs, name, program = sys.argv[1:5]
    for stock in (True, False):
        version = which(stock)
        print(version)
        if stock == ('Airlock' in version):
            sys.exit('This is the wrong _ssl; look at PYTHONPATH.')
    rows = read_gaps(gaps)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run, os.path.abspath(certs),
                            os.path.abspath(program), sys.argv[5:], stock)
                for stock in (True, False)]
        (stock, *end), (airlock, *our_end) = [job.result() for job in runs]
    wrong = differences(name, rows, stock, airlock)
    if not stock or end[0] != 0:
        wrong.append('With the stock ssl: exit status %s\n%s' % tuple(end))
    if our_end[0] != 0:
        wrong.append('With Airlock: exit status %s\n%s' % tuple(our_end))
    print('%d cases' % len(stock))
    if wrong:
        sys.exit('%s: not as %s says:\n  %s'
                 % (name, gaps, '\n  '.join(wrong)))


if __name__ == '__main__':
    main()
