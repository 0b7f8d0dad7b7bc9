# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Where a redirect leads: the same in every Python (RFC 3986, section 5.4).

usage: PYTHON urlfetch_url_test.py CERTS
"""
import sys
import unittest

from airlock import urlfetch  # noqa: F401 (installs Airlock first)
from airlock._http import errors, url

_BASE = 'https://h/b/c/d?q#f'


class ReferenceTest(unittest.TestCase):

    def leads_to(self, reference, base=_BASE):
        return str(url.join(url.parse(base), reference))

    def test_relative_references(self):
        for reference, target in (
                ('g', '/b/c/g#f'), ('./g', '/b/c/g#f'), ('g/', '/b/c/g/#f'),
                ('/g', '/g#f'), ('?y', '/b/c/d?y#f'), ('g?y', '/b/c/g?y#f'),
                ('#s', '/b/c/d?q#s'), ('g#s', '/b/c/g#s'), ('.', '/b/c/#f'),
                ('./', '/b/c/#f'), ('..', '/b/#f'), ('../', '/b/#f'),
                ('../g', '/b/g#f'), ('../..', '/#f'), ('../../g', '/g#f'),
                # Above the root, and in a path from the root.
                ('../../../g', '/g#f'), ('../../../../g', '/g#f'),
                ('/./g', '/g#f'), ('/../g', '/g#f'), ('/a/../b', '/b#f'),
                ('/..', '/#f'), ('/a/b/..', '/a/#f'),
                ('g.', '/b/c/g.#f'), ('..g', '/b/c/..g#f'),
                ('g/./h', '/b/c/g/h#f'), ('g/../h', '/b/c/h#f'),
                ('g//h', '/b/c/g//h#f'),
                # Dots of a query are no segments.
                ('g?y/../x', '/b/c/g?y/../x#f'), ('?a/../b', '/b/c/d?a/../b#f'),
                ('g;x=1/../y', '/b/c/y#f')):
            self.assertEqual(self.leads_to(reference), 'https://h' + target)
        self.assertEqual(self.leads_to('g', 'https://h:8443'),
                         'https://h:8443/g')
        self.assertEqual(self.leads_to('?x', 'https://h?y'), 'https://h/?x')

    def test_other_origins(self):
        self.assertEqual(self.leads_to('//g/x'), 'https://g/x#f')
        self.assertEqual(self.leads_to('HTTPS://G/'), 'https://g/#f')

    def test_nothing_leads_nowhere(self):
        for reference in '', 'ftp://x/', 'javascript:x', 'a b', '//', '/\n':
            with self.assertRaises(errors.RedirectRefused):
                self.leads_to(reference)


if __name__ == '__main__':
    sys.argv.pop(1)
    unittest.main()
