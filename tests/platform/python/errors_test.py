# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Each error as the stock module reports it: class, number, library, reason.

usage: PYTHON errors_test.py [--record] FOLDER TABLE     (2.7, or 3.6 on)

FOLDER is that of the test certificates. TABLE holds what the stock module says;
its own text says how lines look. --record prints the lines of this Python. The
scenarios are in the modules error_*.
"""
from __future__ import print_function

import os
import sys
import unittest
import warnings

RECORD = sys.argv[1] == '--record'
TABLE = os.path.abspath(sys.argv[-1])

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# Each adds to SCENARIOS.
import error_connections  # pylint: disable=unused-import
import error_files  # pylint: disable=unused-import
import error_handshakes  # pylint: disable=unused-import
import error_messages
from error_peers import SCENARIOS

del sys.argv[1:]


def expectations():
    """scenario -> (rows of stock, rows of Airlock or None, reason)."""
    stock, differs = {}, {}
    with open(TABLE) as lines:
        for line in lines:
            fields = line.split()
            if not fields or fields[0].startswith('#'):
                continue
            versions, name = fields[:2]
            if not speaks_of(versions):
                continue
            if fields[2] == 'differs:':
                differs[name] = ' '.join(fields[3:7])
            else:
                stock[name] = ' '.join(fields[2:6])
    return stock, differs


def speaks_of(versions):
    """True of '*', '3.11', '2.7,3.8' and '3.8-3.11' where they mean us."""
    for part in versions.split(','):
        first, _, last = part.partition('-')
        if part == '*' or (number(first) <= sys.version_info[:2]
                           <= number(last or first)):
            return True
    return False


def number(text):
    return tuple(int(part) for part in text.split('.'))


def all_rows():
    """name -> row, of every scenario's one or two ends, and of alerts."""
    found = {}
    for name, function in sorted(SCENARIOS.items()):
        rows = function()
        if isinstance(rows, tuple):
            found[name + '.client'], found[name + '.server'] = rows
        else:
            found[name] = rows
    for one, text in error_messages.alert_rows().items():
        found['alert.%d' % one] = text
    return found


class ErrorsTest(unittest.TestCase):

    maxDiff = None

    def test_as_stock(self):
        stock, differs = expectations()
        rest = stock.get('alert.*')
        wrong = []
        for name, found in sorted(all_rows().items()):
            expected = differs.get(name) or stock.get(name)
            if expected is None and name.startswith('alert.'):
                expected = rest
            if found != expected:
                wrong.append('%s: %s, not %s' % (name, found, expected))
        self.assertEqual(wrong, [])


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    if RECORD:
        for key, value in sorted(all_rows().items()):
            print(key, value)
    else:
        unittest.main()
