# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Fetches a page by urllib, from a server that the given roots vouch for.

usage: python3 verified_https.py URL CA_CERTS [HTTP_PROXY]

Exit status 1, with the reason, where the server is not to be trusted.
../python27 is the same for Python 2.7.
"""
import http.client
import socket
import sys
import urllib.error
import urllib.request

import airlock

airlock.install()

import ssl


class VerifiedHTTPSConnection(http.client.HTTPSConnection):
    """Verifies the server, behind a CONNECT tunnel too."""

    ca_certs = None

    def connect(self):
        self.sock = socket.create_connection((self.host, self.port),
                                             self.timeout)
        if self._tunnel_host:
            self._tunnel()
        try:
            self.sock = airlock.wrap_socket(
                self.sock, cert_reqs=ssl.CERT_REQUIRED, ca_certs=self.ca_certs,
                server_hostname=self._tunnel_host or self.host)
        except ssl.CertificateError as error:
            # What urllib makes an URLError of; before 3.7 it was none.
            raise ssl.SSLError(str(error)) from error


class VerifiedHTTPSHandler(urllib.request.HTTPSHandler):
    """Opens https: by VerifiedHTTPSConnection."""

    def __init__(self, ca_certs):
        super().__init__()
        self._ca_certs = ca_certs

    def https_open(self, request):
        def connection(*args, **kwargs):
            made = VerifiedHTTPSConnection(*args, **kwargs)
            made.ca_certs = self._ca_certs
            return made

        return self.do_open(connection, request)


def main():
    url, ca_certs = sys.argv[1:3]
    proxies = {'https': sys.argv[3]} if sys.argv[3:] else {}
    opener = urllib.request.build_opener(VerifiedHTTPSHandler(ca_certs),
                                         urllib.request.ProxyHandler(proxies))
    try:
        with opener.open(url) as page:
            sys.stdout.buffer.write(page.read())
    except urllib.error.URLError as error:
        sys.exit('URLError: %s' % error.reason)


if __name__ == '__main__':
    main()
