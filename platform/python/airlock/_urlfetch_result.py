# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a fetch returns."""
from __future__ import absolute_import

try:
    from collections.abc import MutableMapping
except ImportError:
    from collections import MutableMapping
try:
    from http.client import HTTPMessage
except ImportError:
    import httplib as _httplib
    from StringIO import StringIO as _StringIO

# Of the message's own framing, which is undone.
_FRAMING = ('transfer-encoding',)


class CaselessDict(MutableMapping):
    """A dictionary whose look-up ignores the case of its keys, str. Iteration
    gives them as they were set last."""

    def __init__(self, items=()):
        self._items = {}
        self.update(items)

    def __getitem__(self, key):
        return self._items[key.lower()][1]

    def __setitem__(self, key, value):
        self._items[key.lower()] = key, value

    def __delitem__(self, key):
        del self._items[key.lower()]

    def __contains__(self, key):
        return key.lower() in self._items

    has_key = __contains__

    def __iter__(self):
        return iter([key for key, _ in self._items.values()])

    def __len__(self):
        return len(self._items)

    def __repr__(self):
        return repr(dict(self))

    def copy(self):
        """An ordinary dict, as on App Engine."""
        return dict(self)


if str is bytes:
    def _message(fields):
        text = ''.join(['%s: %s\r\n' % field for field in fields] + ['\r\n'])
        return _httplib.HTTPMessage(_StringIO(text), 0)
else:
    class _Message(HTTPMessage):
        """An HTTPMessage with the methods that Python 2's has."""

        def getheaders(self, name):
            return self.get_all(name, [])

        def getheader(self, name, default=None):
            return ', '.join(self.getheaders(name)) or default

    def _message(fields):
        message = _Message()
        for name, value in fields:
            message[name] = value
        return message


class Result(object):
    """The response to a fetch.

    Fields:
      content: the body, bytes.
      content_was_truncated: whether it was longer than the limit.
      status_code: the HTTP status, such as 200.
      final_url: the URL that it is from, if redirects were followed; or None.
      headers: a mapping whose look-up ignores case; the values of a header
        that the server sent more than once are joined by ', '.
      header_msg: all headers, as an httplib.HTTPMessage or
        http.client.HTTPMessage with getheader() and getheaders().
    """

    def __init__(self, response):
        self.content = response.content
        self.content_was_truncated = response.truncated
        self.status_code = response.head.status
        self.final_url = str(response.url) if response.redirects else None
        fields = []
        for name, value in response.head.fields:
            key = name.lower()
            if key in _FRAMING or response.decoded and (
                    key == 'content-encoding'):
                continue
            if response.decoded and key == 'content-length':
                value = str(len(self.content))
            fields.append((name, value))
        self.header_msg = _message(fields)
        self.headers = CaselessDict()
        for name, value in fields:
            self.headers[name] = (self.headers[name] + ', ' + value
                                  if name in self.headers else value)
