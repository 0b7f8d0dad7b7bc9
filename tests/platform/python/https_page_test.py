# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""docs/howto/https-programming.md: its links lead somewhere, and tests run
what it links to.

usage: PYTHON https_page_test.py PAGE CPP_TEST AIRLOCK
"""
import io
import os
import re
import subprocess
import sys
import unittest

PAGE = os.path.abspath(sys.argv.pop(1))
CPP_TEST = os.path.abspath(sys.argv.pop(1))
AIRLOCK = os.path.abspath(sys.argv.pop(1))
LINK = re.compile(r'\[([^\]]*)\]\(([^)#]*)(?:#([\w-]*))?\)')


def read(path):
    with io.open(path, encoding='utf-8') as file:
        return file.read()


def target(link):
    return os.path.normpath(os.path.join(os.path.dirname(PAGE), link))


def anchors(path):
    """GitHub's, of the titles of a page."""
    return [re.sub(r'[^\w -]', '', title.lower()).replace(' ', '-')
            for title in re.findall(r'(?m)^#+ (.*)$', read(path))]


TEXT = read(PAGE)
DEFECTS = TEXT[TEXT.index('\n## Known defects'):]


class PageTest(unittest.TestCase):

    def test_links_lead_somewhere(self):
        links = LINK.findall(TEXT)
        self.assertGreater(len(links), 60)
        for _, link, anchor in links:
            self.assertTrue(os.path.exists(target(link)), link)
            if anchor:
                self.assertIn(anchor, anchors(target(link)), link)

    def programs(self, folder, ending):
        """Those that the page links to, and those that exist."""
        folder = target(folder)
        linked = set(os.path.basename(link) for _, link, _ in LINK.findall(TEXT)
                     if os.path.dirname(target(link)) == folder)
        exist = set(name for name in os.listdir(folder)
                    if name.endswith(ending))
        return set(name for name in linked if name.endswith(ending)), exist

    def test_python_programs(self):
        """https_docs_test.py runs the commands of their README."""
        folder = '../../examples/python/https'
        linked, exist = self.programs(folder, '.py')
        self.assertEqual(linked, set(
            name for name in exist if "__name__ == '__main__'" in
            read(os.path.join(target(folder), name))))
        commands = read(target(folder + '/README.md'))
        for name in linked:
            self.assertIn('examples/python/https/%s ' % name, commands)

    def test_cpp_programs(self):
        folder = '../../examples/cpp/https'
        linked, exist = self.programs(folder, '.cc')
        self.assertEqual(linked, exist - {'program.cc'})
        test = read(CPP_TEST)
        for name in linked:
            self.assertIn("'%s'" % name[:-len('.cc')], test)

    def test_the_commands_exist(self):
        cells = [cell for cell in re.findall(r'(?<=\| )[^|\n]+(?= \|)', TEXT)
                 if '`airlock ' in cell]
        self.assertGreater(len(cells), 6)
        for cell in cells:
            command = re.search(r'`airlock (\w+)', cell).group(1)
            said = subprocess.run([AIRLOCK, command, '--help'], check=True,
                                  stdout=subprocess.PIPE).stdout.decode()
            for flag in re.findall(r'--[a-z-]+', cell):
                self.assertRegex(said, r'(?m)^  %s\b' % flag, cell)

    def test_the_tests_of_defects_exist(self):
        rows = re.findall(r'(?m)^\| ([^|\\]*(?:\\.[^|\\]*)*) \| (.*) \|$',
                          DEFECTS)[1:]
        self.assertEqual(len(rows), 14)
        for defect, tests in rows:
            named = re.findall(r'\]\(([^)]*)\) `(\w+)`', tests)
            self.assertEqual(len(named), len(LINK.findall(tests)), defect)
            self.assertGreaterEqual(len(named), 3, defect)
            for link, name in named:
                self.assertRegex(
                    read(target(link)),
                    r'(def %s\(|TEST\w*\(\w+,\s+%s\))' % (name, name), defect)


if __name__ == '__main__':
    unittest.main()
