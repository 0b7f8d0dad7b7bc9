# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The fields of requests: what they may contain, and where they may go."""
from __future__ import absolute_import

import re

from airlock._http import errors

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_REFUSED = re.compile('[\x00-\x08\x0a-\x1f\x7f]')

# What the client sets itself: framing, routing, and what concerns the
# connection.
OWN = frozenset([
    'connection', 'content-length', 'expect', 'host', 'keep-alive',
    'proxy-authorization', 'proxy-connection', 'te', 'trailer',
    'transfer-encoding', 'upgrade'])
# What says nothing about the user, and may go to another origin. All others
# may contain a secret: Authorization, Cookie, X-Api-Key.
_PUBLIC = frozenset([
    'accept', 'accept-charset', 'accept-encoding', 'accept-language',
    'cache-control', 'content-encoding', 'content-language', 'content-type',
    'if-match', 'if-modified-since', 'if-none-match', 'if-range',
    'if-unmodified-since', 'pragma', 'range', 'user-agent'])


def check(fields):
    """The fields as a list of (name, value), both str.

    Args:
      fields: pairs of str (in 2.7 unicode, too).

    Raises:
      errors.InvalidHeader: a name that is not a token, or a value with a line
        end or another control character, which would begin another header.
    """
    checked = []
    for name, value in fields:
        try:
            name, value = [
                each if isinstance(each, str) else str(each.encode('latin-1'))
                for each in (name, value)]
            if str is not bytes:
                value.encode('latin-1')
        except (AttributeError, UnicodeError):
            raise errors.InvalidHeader(
                'the header %r has characters beyond ISO 8859-1, or is not '
                'text; encode it' % (name,))
        if not _NAME.match(name):
            raise errors.InvalidHeader('%r is not the name of a header'
                                       % (name,))
        if _REFUSED.search(value):
            # The value may be a secret: it is not shown.
            raise errors.InvalidHeader(
                'the value of the header %s contains a line end or another '
                'control character' % name)
        checked.append((name, value.strip(' \t')))
    return checked


def for_another_origin(fields):
    """The fields that may go to an origin that the caller did not name."""
    return [field for field in fields if field[0].lower() in _PUBLIC]


def without_body(fields):
    """The fields of a request that no longer has a body."""
    return [field for field in fields
            if not field[0].lower().startswith('content-')]
