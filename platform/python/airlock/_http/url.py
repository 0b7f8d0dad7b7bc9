# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Absolute http: and https: URLs (RFC 3986)."""
from __future__ import absolute_import

import codecs
import collections
import re

from airlock import _hostname
from airlock._http import errors

# Loaded on demand, a codec would need a descriptor; in 2.7 a codec that cannot
# be loaded once is unknown ever after.
for _name in 'ascii', 'idna', 'latin-1', 'utf-8':
    codecs.lookup(_name)

_PORTS = {'http': 80, 'https': 443}
_PARTS = re.compile(r'([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)'
                    r'(\?[^#]*)?(#.*)?\Z')
_REFERENCE = re.compile(r'([^?#]*)(.*)\Z', re.DOTALL)
_SCHEME = re.compile('[A-Za-z][A-Za-z0-9+.-]*:')
_AUTHORITY = re.compile(r'(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?\Z')
_ALLOWED = re.compile(br'[\x21-\x7e\x80-\xff]+\Z')
_REFUSED = re.compile(r'[\\^`{|}"<>]')


def _quoted(text):
    """`text`, with the bytes that a URL cannot contain percent-encoded."""
    return re.sub('[\x80-\xff\\\\^`{|}"<>]',
                  lambda match: '%%%02X' % ord(match.group()), text)


def _host(name):
    """The host's name or address in its ASCII form."""
    data = name if isinstance(name, bytes) else name.encode('latin-1')
    try:
        return str(data.decode('utf-8').encode('idna').decode('ascii')).lower()
    except UnicodeError:
        raise errors.InvalidUrl('%r is not a host name' % (name,))


class Url(collections.namedtuple('Url', 'scheme host port target fragment')):
    """A URL that was checked; all text is ASCII.

    Fields:
      scheme: 'http' or 'https'.
      host: a name or an address; without brackets.
      port: a number.
      target: path and query, as in a request's first line.
      fragment: with its '#', or ''.
    """
    __slots__ = ()

    @property
    def origin(self):
        """The origin (RFC 6454), which alone gets the credentials for it."""
        return self.scheme, self.host, self.port

    @property
    def authority(self):
        """As in the header Host: the port only if it is not the default."""
        host = '[%s]' % self.host if ':' in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else (
            '%s:%d' % (host, self.port))

    @property
    def host_and_port(self):
        """As in CONNECT: always with the port."""
        host = '[%s]' % self.host if ':' in self.host else self.host
        return '%s:%d' % (host, self.port)

    def __str__(self):
        return '%s://%s%s%s' % (self.scheme, self.authority, self.target,
                                self.fragment)


def parse(text):
    """The Url that `text` (text is UTF-8, or bytes) contains.

    Raises:
      errors.InvalidUrl: it is not an absolute http: or https: URL, has a user
        or password, or contains a space or a control character.
    """
    data = text if isinstance(text, bytes) else text.encode('utf-8')
    if not _ALLOWED.match(data):
        raise errors.InvalidUrl('it is empty' if not data else
                                'it contains a space or a control character')
    native = data if str is bytes else data.decode('latin-1')
    parts = _PARTS.match(native)
    scheme = parts and parts.group(1).lower()
    if scheme not in _PORTS:
        raise errors.InvalidUrl('it does not begin with http:// or https://')
    authority, path = parts.group(2), parts.group(3)
    if '@' in authority:
        # It would end up in logs and in the Referer of others.
        raise errors.InvalidUrl('a user name or password in a URL is not '
                                'allowed: use the header Authorization')
    split = _AUTHORITY.match(authority)
    if not split or _REFUSED.search(authority):
        # It is not shown: it may be half of a password.
        raise errors.InvalidUrl('what follows // is not a host with a port')
    host = _host(split.group(1))
    if host.startswith('['):
        if ':' not in host:
            raise errors.InvalidUrl('%r is not an IPv6 address' % (host,))
        host = host[1:-1]
    if '%' in host or not _hostname.is_host(host):
        raise errors.InvalidUrl(
            '%r is neither a host name nor an IP address' % (host,))
    port = int(split.group(2) or _PORTS[scheme])
    if not 0 < port < 65536:
        raise errors.InvalidUrl('%d is not a port' % port)
    return Url(scheme, host, port,
               _quoted((path or '/') + (parts.group(4) or '')),
               _quoted(parts.group(5) or ''))


def _without_dots(path):
    """A path without the segments . and .. (RFC 3986, section 5.2.4)."""
    kept = []
    segments = path.split('/')[1:]
    for segment in segments:
        if segment == '..':
            del kept[-1:]
        elif segment != '.':
            kept.append(segment)
    if segments[-1] in ('.', '..'):
        kept.append('')
    return '/' + '/'.join(kept)


def _resolve(base, reference):
    """A relative reference, as text, with the scheme (RFC 3986, section 5.2.2).
    What urljoin makes of it differs from version to version."""
    if reference.startswith('//'):
        return base.scheme + ':' + reference
    split = _REFERENCE.match(reference)
    path, rest = split.group(1), split.group(2)
    base_path, _, query = base.target.partition('?')
    if path:
        if not path.startswith('/'):
            path = base_path[:base_path.rfind('/') + 1] + path
        path = _without_dots(path)
    else:
        path = base_path
        if query and not rest.startswith('?'):
            rest = '?' + query + rest
    return '%s://%s%s%s' % (base.scheme, base.authority, path, rest)


def join(base, location):
    """The Url that the header Location of a response from `base` contains.

    Raises:
      errors.RedirectRefused: it leads to nothing that may be fetched.
    """
    data = (location if isinstance(location, bytes)
            else location.encode('latin-1'))
    try:
        if not _ALLOWED.match(data):
            raise errors.InvalidUrl('it is empty, or contains a space or a '
                                    'control character')
        native = data if str is bytes else data.decode('latin-1')
        if not _SCHEME.match(native):
            native = _resolve(base, native)
        url = parse(native if str is bytes else native.encode('latin-1'))
    except errors.InvalidUrl as error:
        raise errors.RedirectRefused(
            '%s redirects to %r, which is not a valid URL: %s'
            % (base, location, error))
    # RFC 9110, section 10.2.2.
    return url if url.fragment else url._replace(fragment=base.fragment)
