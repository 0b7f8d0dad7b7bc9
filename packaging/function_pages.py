# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes a manual page for each function of airlock.h from its comments.

  usage: function_pages.py airlock.h FOLDER

Functions that share a comment share a page. Fails if a function has no comment,
or FOLDER does not exist.
"""

import os
import re
import sys
import textwrap

_TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/)
      | (?P<directive>^\#(?:[^\n\\]|\\\n)*)
      | (?P<declaration>[A-Za-z](?:[^;{]|\{[^}]*\})*;)""",
    re.DOTALL | re.MULTILINE | re.VERBOSE)
_FUNCTION = re.compile(r'AIRLOCK_API\s+.*?\b(airlock_\w+)\s*\(', re.DOTALL)
_NAME = re.compile(r'\bairlock_\w+')


def comment_text(comment):
  """The text of a comment, with empty lines between its paragraphs."""
  lines = comment[2:-2].split('\n')
  return '\n'.join(re.sub(r'^\s*\*? ?', '', line) for line in lines).strip()


def without_macro(prototype):
  """A prototype without its AIRLOCK_API; keeps its alignment."""
  text, count = re.subn(r'^AIRLOCK_API ', '', prototype)
  if count:
    text = re.sub(r'\n {16,}', lambda m: m.group()[:-len('AIRLOCK_API ')], text)
  return re.sub(r'^AIRLOCK_API\s+', '', text)


def roff(text):
  text = text.replace('\\', '\\e').replace('-', '\\-')
  return re.sub(r"^([.'])", r'\\&\1', text, flags=re.MULTILINE)


class Page(object):

  def __init__(self, description):
    self.description = description
    self.types = []
    self.prototypes = []
    self.names = []

  def text(self):
    first = re.split(r'(?<=[.:;])\s', self.description, maxsplit=1)[0]
    brief = textwrap.shorten(first.rstrip('.:;'), 200, placeholder=' ...')
    others = sorted(set(_NAME.findall(self.description)) - set(self.names))
    code = '\n\n'.join(self.types + self.prototypes)
    parts = [
        '.TH %s 3 "" Airlock' % self.names[0].upper(),
        '.SH NAME\n%s \\- %s' % (', '.join(self.names), roff(brief)),
        '.SH SYNOPSIS\n.nf\n#include <airlock.h>\n\n%s\n.fi' % roff(code),
        '.SH DESCRIPTION\n' + roff(self.description).replace('\n\n', '\n.PP\n'),
        '.SH SEE ALSO\n.BR libairlock (3)',
    ]
    if others:
      parts.append('The header names besides: %s.' % roff(', '.join(others)))
    return '\n'.join(parts) + '\n'


def read_pages(header):
  """The pages of a header, in its order."""
  pages = []
  comment = None
  page = None
  types = []
  for token in _TOKEN.finditer(header):
    kind, text = token.lastgroup, token.group()
    if kind == 'comment':
      comment, page, types = comment_text(text), None, []
    elif kind == 'declaration' and text.startswith('typedef'):
      types.append(text)
    elif kind == 'declaration':
      function = _FUNCTION.match(text)
      if not function:
        continue
      if comment is None:
        raise ValueError('%s has no comment' % function.group(1))
      if page is None:
        page = Page(comment)
        page.types = types
        pages.append(page)
      page.names.append(function.group(1))
      page.prototypes.append(without_macro(text))
  return pages


def main(header_path, folder):
  with open(header_path, encoding='utf-8') as header:
    pages = read_pages(header.read())
  for page in pages:
    for name in page.names:
      with open(os.path.join(folder, name + '.3'), 'w', encoding='utf-8') as out:
        if name == page.names[0]:
          out.write(page.text())
        else:
          out.write('.so man3/%s.3\n' % page.names[0])


if __name__ == '__main__':
  if len(sys.argv) != 3:
    sys.exit(__doc__)
  main(*sys.argv[1:])
