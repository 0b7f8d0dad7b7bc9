# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Fetches a page by urllib2, from a server that the given roots vouch for.

usage: python2.7 verified_https.py URL CA_CERTS [HTTP_PROXY]

Exit status 1, with the reason, where the server is not to be trusted.
"""
import httplib
import socket
import ssl
import sys
import urllib2


class VerifiedHTTPSConnection(httplib.HTTPSConnection):
    """Verifies the server, behind a CONNECT tunnel too."""

    ca_certs = None

    def connect(self):
        self.sock = socket.create_connection((self.host, self.port),
                                             self.timeout)
        if self._tunnel_host:
            self._tunnel()
        self.sock = ssl.wrap_socket(
            self.sock, self.key_file, self.cert_file,
            cert_reqs=ssl.CERT_REQUIRED, ca_certs=self.ca_certs)
        try:
            ssl.match_hostname(self.sock.getpeercert(),
                               self._tunnel_host or self.host)
        except ssl.CertificateError as error:
            # What urllib2 makes an URLError of.
            raise ssl.SSLError(str(error))


class VerifiedHTTPSHandler(urllib2.HTTPSHandler):
    """Opens https: by VerifiedHTTPSConnection."""

    def __init__(self, ca_certs):
        urllib2.HTTPSHandler.__init__(self)
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
    opener = urllib2.build_opener(VerifiedHTTPSHandler(ca_certs),
                                  urllib2.ProxyHandler(proxies))
    try:
        sys.stdout.write(opener.open(url).read())
    except urllib2.URLError as error:
        sys.exit('URLError: %s' % error.reason)


if __name__ == '__main__':
    main()
