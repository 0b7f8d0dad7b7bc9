# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Cases of a program, whose outcomes compare_programs.py compares.

A program says `@case` of functions that take nothing and return what they saw;
`outcome_of(function)` turns an exception into words that are the same with any
right `ssl`. run() prints a line of JSON for each case, as soon as it is over.
"""
import faulthandler
import json
import os
import subprocess
import sys

CERTS = os.path.abspath(os.environ['TEST_CERTS'])
SECONDS = 60  # Of a case. What hangs ends the program, with a traceback.
HERE = os.path.dirname(os.path.abspath(__file__))

_cases = []


def cert(name):
    return os.path.join(CERTS, name)


CHAIN, KEY = cert('server_p256_chain.pem'), cert('server_p256.key')
ROOT, OTHER = cert('root.pem'), cert('other_root.pem')
CLIENT = (cert('client_p256.pem'), cert('client_p256.key'))


def case(function):
    """Registers a case, by the name of its function."""
    add(function.__name__, function)
    return function


def add(name, function):
    if name in dict(_cases):
        raise ValueError('two cases are named ' + name)
    _cases.append((name, function))


def _causes(error):
    """The exception and what it was raised from, or wraps."""
    seen, queue = [], [error]
    while queue:
        item = queue.pop(0)
        if not isinstance(item, BaseException) or item in seen:
            continue
        seen.append(item)
        queue += [item.__cause__, item.__context__]
        queue += [getattr(item, name, None)
                  for name in ('reason', 'os_error', 'certificate_error')]
        queue += list(item.args) + list(getattr(item, 'exceptions', ()))
    return seen


def words(error):
    """The type, and what of `ssl` or the system is at the bottom of it.

    Messages are not compared: they are OpenSSL's own, or a library's.
    """
    import ssl  # pylint: disable=import-outside-toplevel
    said = [type(error).__name__]
    waits = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
    found = [item for item in _causes(error)
             if isinstance(item, ssl.SSLError) and not isinstance(item, waits)]
    # A library's own class may be a subclass, with nothing of `ssl` in it.
    found.sort(key=lambda item: not isinstance(getattr(item, 'reason', None),
                                               str))
    for item in found[:1]:
        said.append(type(item).__name__)
        reason = getattr(item, 'reason', None)
        if isinstance(reason, str):
            said.append(reason)
        if getattr(item, 'verify_code', None):
            said.append('code %d' % item.verify_code)
        return ' '.join(said)
    for item in _causes(error):
        if type(item) is not type(error) and isinstance(item, OSError):
            return ' '.join(said + [type(item).__name__])
    return ' '.join(said)


def outcome_of(function, *arguments, **named):
    """What the call gives, or the words of what it raises."""
    try:
        return function(*arguments, **named)
    except Exception as error:  # pylint: disable=broad-except
        if os.environ.get('TRACE_CASES'):
            import traceback  # pylint: disable=import-outside-toplevel
            traceback.print_exc()
        return words(error)


def report(name, outcome):
    """Tells compare_programs.py of a case that is over."""
    print(json.dumps({'case': name, 'outcome': str(outcome)}), flush=True)


def run():
    """Runs all cases. One that raises is broken, with whatever `ssl`."""
    for name, function in _cases:
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        try:
            outcome = function()
        except Exception as error:  # pylint: disable=broad-except
            if os.environ.get('TRACE_CASES'):
                raise
            outcome = 'broken: %s %s' % (type(error).__name__, error)
        faulthandler.cancel_dump_traceback_later()
        report(name, outcome)


def stock_environment():
    """That of a process with the stock ssl: the other side's."""
    environment = dict(os.environ)
    environment.pop('PYTHONPATH', None)
    return environment


def start_peer(*arguments):
    """peer.py in its own process, with the stock ssl: name -> port.

    It ends when this process does, because its input then ends.
    """
    peer = subprocess.Popen(
        [sys.executable, os.path.join(HERE, 'peer.py')] + list(arguments),
        env=stock_environment(), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE)
    start_peer.running.append(peer)
    return json.loads(peer.stdout.readline().decode())


start_peer.running = []
