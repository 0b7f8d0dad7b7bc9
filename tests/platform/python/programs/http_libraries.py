# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Each HTTP library behind one interface, for http_clients.py.

A client is made of (ca, verify, certificate, proxy, timeout) and has
request(url, data, chunks) -> (status, body), and close().
"""
import asyncio
import contextlib
import ssl

from cases import ROOT

SECONDS = 40


class How:
    """What a client is made of."""

    def __init__(self, ca=ROOT, verify=True, certificate=None, proxy=None,
                 timeout=SECONDS):
        self.ca, self.verify, self.certificate = ca, verify, certificate
        self.proxy, self.timeout = proxy, timeout

    def context(self):
        made = ssl.create_default_context(cafile=self.ca)
        if not self.verify:
            made.check_hostname = False
            made.verify_mode = ssl.CERT_NONE
        if self.certificate:
            made.load_cert_chain(*self.certificate)
        return made


class Urllib:
    """Of the standard library, as eventlet and gevent patch it."""
    PROXY = True

    def __init__(self, how):
        # pylint: disable=import-outside-toplevel
        from urllib import request
        self._how, self._request = how, request
        handlers = [request.HTTPSHandler(context=how.context()),
                    request.ProxyHandler({'https': how.proxy}
                                         if how.proxy else {})]
        self._opener = request.build_opener(*handlers)

    def request(self, url, data=None, chunks=None):
        asked = self._request.Request(url, data=chunks or data)
        with self._opener.open(asked, timeout=self._how.timeout) as page:
            return page.status, page.read()

    def close(self):
        pass


class Urllib3:
    PROXY = True

    def __init__(self, how):
        import urllib3  # pylint: disable=import-outside-toplevel
        urllib3.disable_warnings()
        named = {'timeout': how.timeout,
                 'retries': urllib3.Retry(total=0, redirect=2)}
        if how.verify:
            named.update(ca_certs=how.ca, cert_reqs='CERT_REQUIRED')
        else:
            named.update(cert_reqs='CERT_NONE')
        if how.certificate:
            named.update(cert_file=how.certificate[0],
                         key_file=how.certificate[1])
        if how.proxy:
            self._pool = urllib3.ProxyManager(
                how.proxy, proxy_ssl_context=how.context(), **named)
        else:
            self._pool = urllib3.PoolManager(**named)

    def request(self, url, data=None, chunks=None):
        page = self._pool.request('POST' if data or chunks else 'GET', url,
                                  body=chunks or data)
        return page.status, page.data

    def close(self):
        self._pool.clear()


class Requests:
    PROXY = True

    def __init__(self, how):
        import requests  # pylint: disable=import-outside-toplevel
        import urllib3  # pylint: disable=import-outside-toplevel
        urllib3.disable_warnings()
        self._how, self._session = how, requests.Session()
        self._session.trust_env = False
        self._session.verify = how.ca if how.verify else False
        self._session.cert = how.certificate
        if how.proxy:
            self._session.proxies = {'https': how.proxy}

    def request(self, url, data=None, chunks=None):
        with self._session.request(
                'POST' if data or chunks else 'GET', url, data=chunks or data,
                timeout=self._how.timeout, stream=True) as page:
            return page.status_code, b''.join(page.iter_content(5000))

    def close(self):
        self._session.close()


class Httpx:
    PROXY = True

    def __init__(self, how):
        import httpx  # pylint: disable=import-outside-toplevel
        self._client = httpx.Client(**_httpx_options(how))

    def request(self, url, data=None, chunks=None):
        with self._client.stream('POST' if data or chunks else 'GET', url,
                                 content=chunks or data) as page:
            return page.status_code, b''.join(page.iter_bytes())

    def close(self):
        self._client.close()


def _httpx_options(how):
    return {'verify': how.context(), 'trust_env': False, 'timeout': how.timeout,
            'follow_redirects': True,
            **({'proxies': how.proxy} if how.proxy else {})}


async def _each(chunks):
    for chunk in chunks:
        yield chunk


class HttpxAsync:
    """In a loop that lives on between the calls."""
    PROXY = True
    BACKEND = 'asyncio'

    def __init__(self, how):
        # pylint: disable=import-outside-toplevel
        import httpx
        from anyio.from_thread import start_blocking_portal
        self._exit = contextlib.ExitStack()
        self._portal = self._exit.enter_context(
            start_blocking_portal(self.BACKEND))
        self._client = httpx.AsyncClient(**_httpx_options(how))

    def request(self, url, data=None, chunks=None):
        async def fetch():
            content = _each(chunks) if chunks else data
            async with self._client.stream('POST' if content else 'GET', url,
                                           content=content) as page:
                return page.status_code, await page.aread()
        return self._portal.call(fetch)

    def close(self):
        try:
            self._portal.call(self._client.aclose)
        finally:
            self._exit.close()


class HttpxTrio(HttpxAsync):
    BACKEND = 'trio'


class Aiohttp:
    PROXY = True

    def __init__(self, how):
        import aiohttp  # pylint: disable=import-outside-toplevel
        self._how, self._context = how, how.context()
        self._loop = asyncio.new_event_loop()

        async def make():
            return aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._context),
                timeout=aiohttp.ClientTimeout(total=how.timeout))
        self._session = self._loop.run_until_complete(make())

    def request(self, url, data=None, chunks=None):
        async def fetch():
            content = _each(chunks) if chunks else data
            async with self._session.request(
                    'POST' if content else 'GET', url, data=content,
                    proxy=self._how.proxy) as page:
                return page.status, await page.read()
        return self._loop.run_until_complete(fetch())

    def close(self):
        self._loop.run_until_complete(self._session.close())
        self._loop.close()


class Tornado:
    PROXY = False

    def __init__(self, how):
        # pylint: disable=import-outside-toplevel
        from tornado import httpclient, ioloop, simple_httpclient
        self._how, self._context = how, how.context()
        self._asked = httpclient.HTTPRequest
        self._loop = ioloop.IOLoop(make_current=True)
        self._client = simple_httpclient.SimpleAsyncHTTPClient(
            force_instance=True)

    def request(self, url, data=None, chunks=None):
        async def produce(write):
            for chunk in chunks:
                await write(chunk)
        named = {'body_producer': produce} if chunks else {'body': data}
        asked = self._asked(
            url, method='POST' if data or chunks else 'GET',
            ssl_options=self._context, request_timeout=self._how.timeout,
            connect_timeout=self._how.timeout, **named)
        page = self._loop.run_sync(
            lambda: self._client.fetch(asked, raise_error=False))
        if page.code == 599:
            raise page.error
        return page.code, page.body

    def close(self):
        self._client.close()
        self._loop.close()


# By the first word of a name, green.py patches the standard library.
LIBRARIES = {
    'urllib3': Urllib3,
    'requests': Requests,
    'httpx': Httpx,
    'httpx_asyncio': HttpxAsync,
    'httpx_trio': HttpxTrio,
    'aiohttp': Aiohttp,
    'tornado': Tornado,
    'eventlet_urllib': Urllib,
    'eventlet_requests': Requests,
    'gevent_urllib': Urllib,
    'gevent_requests': Requests,
}
