# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The HTTP client: requests, redirects, limits."""
from __future__ import absolute_import

import collections

from airlock._http import dial
from airlock._http import errors
from airlock._http import fields as headers
from airlock._http import proxy as proxies
from airlock._http import response as responses
from airlock._http import url as urls
from airlock._http.deadline import Deadline

_REDIRECTS = (301, 302, 303, 307, 308)


class Request(collections.namedtuple(
        'Request', 'method url fields body verify decode')):
    """What to ask for.

    Fields:
      method: in upper case.
      url: a Url.
      fields: a list of (name, value), from fields.check().
      body: bytes, or None.
      verify: whether the server's certificate is verified. If not, the policy
        may refuse the connection.
      decode: whether to undo gzip.
    """
    __slots__ = ()


def _bytes_of(request, proxy):
    """The request's head. A proxy for http: gets the whole URL."""
    url = request.url
    target = url.target
    own = [('Host', url.authority), ('Connection', 'close')]
    if proxy and url.scheme == 'http':
        target = 'http://' + url.authority + target
        if proxy.authorization:
            own.append(('Proxy-Authorization', proxy.authorization))
    if request.body is not None:
        own.append(('Content-Length', str(len(request.body))))
    lines = ['%s %s HTTP/1.1' % (request.method, target)]
    lines += ['%s: %s' % field for field in own]
    lines += ['%s: %s' % (name, value) for name, value in request.fields
              if name.lower() not in headers.OWN]
    text = '\r\n'.join(lines + ['', ''])
    return text if str is bytes else text.encode('latin-1')


def _redirected(request, head):
    """The Request that a response asks for, or None (RFC 9110, section 15.4).

    Raises:
      errors.Malformed, errors.RedirectRefused.
    """
    locations = head.values('location')
    if head.status not in _REDIRECTS or not locations:
        return None
    if len(locations) > 1:
        raise errors.Malformed('more than one Location')
    url = urls.join(request.url, locations[0])
    if request.url.scheme == 'https' and url.scheme != 'https':
        raise errors.RedirectRefused(
            '%s redirects to %s, which is not encrypted; fetch that URL '
            'itself if you must' % (request.url, url))
    result = request._replace(url=url)
    if (head.status == 303 and request.method != 'HEAD') or (
            head.status in (301, 302) and request.method == 'POST'):
        result = result._replace(method='GET', body=None,
                                 fields=headers.without_body(result.fields))
    if url.origin != request.url.origin:
        result = result._replace(
            fields=headers.for_another_origin(result.fields))
    return result


class Client(object):
    """Fetches URLs. It has no state: any thread may use it.

    Args:
      most_content: the most bytes of a response's content.
      most_redirects: how many redirects a call follows.
      ports: pairs of the first and last port of a range; None allows all.
      environment: what names the proxies; os.environ unless given.
    """

    def __init__(self, most_content, most_redirects=5, ports=None,
                 environment=None):
        self._most_content = most_content
        self._most_redirects = most_redirects
        self._ports = ports
        self._environment = environment

    def fetch(self, request, seconds, follow=True):
        """The Response.

        Args:
          request: a Request.
          seconds: for everything: addresses, proxy, handshakes, redirects.
          follow: whether to follow redirects; if not, they are the response.

        Raises:
          errors.HttpError: of the kind that says what went wrong.
        """
        self._check(request.url, errors.InvalidUrl)
        deadline = Deadline(seconds)
        for redirects in range(self._most_redirects + 1):
            response, following = self._exchange(request, deadline, follow)
            if following is None:
                response.url = request.url
                response.redirects = redirects
                return response
            request = following
            self._check(request.url, errors.RedirectRefused)
        raise errors.TooManyRedirects('more than %d redirects; the last is to '
                                      '%s' % (self._most_redirects,
                                              request.url))

    def _check(self, url, refusal):
        if self._ports is not None and not any(
                first <= url.port <= last for first, last in self._ports):
            raise refusal('port %d is not allowed, only %s' % (
                url.port, ', '.join('%d-%d' % each for each in self._ports)))

    def _exchange(self, request, deadline, follow):
        """(Response, None), or (None, the Request that a redirect asks for)."""
        proxy = proxies.find(request.url, self._environment)
        stream = dial.dial(request.url, proxy, request.verify, deadline)
        try:
            refusal = None
            try:
                stream.send_all(_bytes_of(request, proxy))
                stream.send_all(request.body or b'')
            except errors.Closed as error:
                # A server may answer before it has read everything.
                refusal = error
            try:
                reader = responses.Reader(stream, request.method)
                following = _redirected(request, reader.head) if follow else (
                    None)
                if following is not None:
                    return None, following
                return reader.response(request.decode,
                                       self._most_content), None
            except errors.Closed:
                if refusal is not None:
                    raise refusal
                raise
        finally:
            stream.close()
