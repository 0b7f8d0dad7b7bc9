# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the client programs share: arguments, and failures in one line."""
import argparse
import ssl
import sys

try:
    from http.client import HTTPException
    from urllib.parse import urlsplit
except ImportError:  # Python 2.7.
    from httplib import HTTPException
    from urlparse import urlsplit


def https_url(text):
    """The type of an argument."""
    try:
        if urlsplit(text).scheme == 'https' and urlsplit(text).hostname:
            urlsplit(text).port
            return text
    except ValueError:
        pass
    raise argparse.ArgumentTypeError('%r is not https://HOST[:PORT]/...' % text)


def address(url):
    """(host, port, path and query) of an https_url."""
    parts = urlsplit(url)
    path = (parts.path or '/') + ('?' + parts.query if parts.query else '')
    return parts.hostname, parts.port or 443, path


def arguments(description):
    """A parser with what every client has."""
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ca', metavar='SOURCE',
                        help='CAs to trust, a file or env:NAME; without it, '
                        "the platform's")
    return parser


def run(main):
    """Exits with main()'s status; if it fails, with one line and status 1."""
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (EnvironmentError, HTTPException, ssl.CertificateError) as error:
        text = str(error) or type(error).__name__
        if ('CERTIFICATE_VERIFY_FAILED' in text or
                isinstance(error, ssl.CertificateError)):
            text += ('\nNothing was sent. Is it the right host? --ca names '
                     'another CA.')
        sys.exit(text)
