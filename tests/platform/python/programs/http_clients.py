# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What an HTTP library says of each of peer.py's servers.

usage: PYTHON http_clients.py LIBRARY      (for compare_programs.py)
"""
# pylint: disable=wrong-import-order
import green

import concurrent.futures
import contextlib
import hashlib

import cases
from cases import CLIENT, OTHER, add, outcome_of
from http_libraries import LIBRARIES, How

LIBRARY = LIBRARIES[green.NAME]
PORTS = {}
SOON = 0.4  # Seconds until what never answers is given up.


def short(answer):
    """A status and a body, in words that are the same in each run."""
    status, body = answer
    if len(body) < 80:
        return '%d %s' % (status, body.decode('latin-1'))
    return '%d %d bytes %s' % (status, len(body),
                               hashlib.sha256(body).hexdigest()[:8])


def url(server, path='/', host='localhost'):
    return 'https://%s:%d%s' % (host, PORTS[server], path)


@contextlib.contextmanager
def client(**how):
    made = LIBRARY(How(**how))
    try:
        yield made
    finally:
        made.close()


def ask(server, path='/', data=None, chunks=None, host='localhost', **how):
    def fetch():
        with client(**how) as made:
            return short(made.request(url(server, path, host), data=data,
                                      chunks=chunks))
    return outcome_of(fetch)


def simple(name, *arguments, **named):
    """A case that is one request."""
    add(name, lambda: ask(*arguments, **named))


def refused(name, *arguments, **named):
    """How it fails is a race in any `ssl`; that it fails is not."""
    def fetch():
        said = ask(*arguments, **named)
        return said if said[:1].isdigit() else 'refused'
    add(name, fetch)


def who_is_trusted():
    simple('good', 'good')
    simple('rsa', 'rsa')
    simple('by_address', 'good', host='127.0.0.1')
    for server in ('other', 'wrong_host', 'expired', 'self_signed', 'no_chain'):
        simple(server, server)
        simple(server + '_unverified', server, verify=False)
    simple('another_ca', 'good', ca=OTHER)
    simple('versions_tls12', 'tls12', '/about')
    simple('about', 'good', '/about')


def client_certificates():
    for server in ('mutual', 'mutual12'):
        simple(server, server, '/about', certificate=CLIENT)
        refused(server + '_without', server, '/about')
    simple('mutual12_without_why', 'mutual12', '/about')
    simple('not_asked_for', 'good', '/about', certificate=CLIENT)


def bodies():
    big = bytes(range(256)) * 8000
    simple('upload', 'good', '/echo', data=big)
    simple('upload_tls12', 'tls12', '/echo', data=big)
    simple('chunked_answer', 'good', '/chunked')
    simple('redirect', 'good', '/redirect')
    simple('until_close', 'good', '/until_close')
    simple('until_eof', 'good', '/until_eof')
    simple('cut', 'good', '/cut')
    simple('cut_tls12', 'tls12', '/cut')
    refused('reset_before_answer', 'good', '/reset')
    add('chunked_upload', lambda: ask(
        'good', '/echo', chunks=iter([b'c' * size for size in
                                      (1, 16384, 16385, 70000)])))


def connections():
    def keep_alive():
        with client() as made:
            seen = [made.request(url('rsa', '/connection'))[1]
                    for _ in range(4)]
        return len(set(seen))

    def after_failure():
        with client() as made:
            said = [outcome_of(lambda s=server: short(made.request(url(s))))
                    for server in ('good', 'other', 'good', 'alert', 'good')]
        return said

    def at_once():
        with client() as made:
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                sent = [b'%d' % n * 30000 for n in range(24)]
                got = pool.map(lambda data: made.request(
                    url('good', '/echo'), data=data), sent)
                return [answer[1] for answer in got] == sent

    add('keep_alive', keep_alive)
    add('after_failure', after_failure)
    if green.NAME not in ('aiohttp', 'tornado'):  # One loop in one thread.
        add('at_once', at_once)


def broken_handshakes():
    for server in ('plain', 'alert', 'close_notify', 'nothing', 'reset'):
        simple('handshake_' + server, server)
    simple('handshake_silent', 'silent', timeout=SOON)
    simple('answer_silent', 'good', '/silent', timeout=SOON)


def proxies():
    def through(proxy, scheme='http'):
        return '%s://localhost:%d' % (scheme, PORTS[proxy])

    simple('proxy', 'good', '/about', proxy=through('proxy'))
    simple('proxy_upload', 'good', '/echo', data=b'p' * 500000,
           proxy=through('proxy'))
    simple('proxy_other', 'other', proxy=through('proxy'))
    simple('proxy_wrong_host', 'wrong_host', proxy=through('proxy'))
    simple('proxy_refuses', 'good', proxy=through('no_proxy'))
    if 'urllib' in green.NAME and green.NAME != 'urllib3':
        return  # Knows no proxies over TLS.
    simple('tls_proxy', 'good', '/about', proxy=through('tls_proxy', 'https'))
    simple('tls_proxy_upload', 'good', '/echo', data=b'p' * 500000,
           proxy=through('tls_proxy', 'https'))
    simple('tls_proxy_other', 'other', proxy=through('tls_proxy', 'https'))


def main():
    PORTS.update(cases.start_peer())
    who_is_trusted()
    client_certificates()
    bodies()
    connections()
    broken_handshakes()
    if LIBRARY.PROXY:
        proxies()
    cases.run()


if __name__ == '__main__':
    main()
