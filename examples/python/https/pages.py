# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the servers answer to a GET: files, listings, and /_tls."""
import io
import json
import mimetypes
import os
import stat

import view

try:
    from html import escape
    from os import fsencode
    from urllib.parse import quote, unquote_to_bytes
except ImportError:  # Python 2.7, in which names of files are bytes anyway.
    from cgi import escape
    from urllib import quote, unquote as unquote_to_bytes
    fsencode = bytes

PAGE = (u'<!DOCTYPE html><meta charset="utf-8"><title>{0}</title>'
        u'<h1>{0}</h1><ul>{1}</ul><p><a href="/_tls">This connection</a>')
ITEM = u'<li><a href="{0}"><bdi>{1}</bdi></a>'


def answer(root, target, connection):
    """(status, media type, size, file) for a target such as '/folder/a?b'."""
    path = unquote_to_bytes(str(target.partition('?')[0]))
    if path == b'/_tls':
        return page(json.dumps(view.describe(connection), indent=2) + u'\n',
                    'application/json')
    try:
        return find(os.path.realpath(fsencode(root)), path.strip(b'/'))
    except (EnvironmentError, TypeError, ValueError):  # No such name, or a NUL.
        return page(u'not found\n', 'text/plain', 404)


def find(root, name):
    path = os.path.realpath(os.path.join(root, name))
    hidden = name.startswith(b'.') or b'/.' in name  # .git, and ..
    if hidden or not (path + b'/').startswith(root.rstrip(b'/') + b'/'):
        raise ValueError('not below the root')
    if os.path.isdir(path):
        return listing(path, b'/' + name + b'/' if name else b'/')
    # O_NONBLOCK: opening a FIFO would wait for a writer.
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 'rb')
    facts = os.fstat(file.fileno())
    if not stat.S_ISREG(facts.st_mode):
        file.close()
        raise ValueError('not a file')
    kind = mimetypes.guess_type(name.decode('latin-1'))[0]
    return 200, kind or 'application/octet-stream', facts.st_size, file


def listing(path, name):
    show = lambda text: escape(text.decode('utf-8', 'replace'), True)
    items = [ITEM.format(quote(name + entry), show(entry))
             for entry in sorted(os.listdir(path)) if entry[:1] != b'.']
    return page(PAGE.format(show(name), u''.join(items)), 'text/html')


def page(text, kind, status=200):
    body = text.encode('utf-8')
    return status, kind + '; charset=utf-8', len(body), io.BytesIO(body)
