# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks that a certificate is that of the host one connected to."""
import hmac
import ssl
from typing import Any, List, Optional, Union

import airlock

_LENGTHS = {'sha1': 40, 'sha256': 64, 'sha384': 96, 'sha512': 128}


class SSLVerificationError(Exception):
    """The certificate is not the right one."""


class NoCertificate(SSLVerificationError):
    """The peer sent no certificate."""


class WrongCertificate(SSLVerificationError):
    """The certificate has another fingerprint, or no name."""


class WrongHost(SSLVerificationError):
    """The certificate was issued for another host.

    Attributes:
      expectedHost: the host that was asked for.
      actualHost: the names in the certificate.
      fieldName: 'commonName' or 'subjectAltName'.
    """

    def __init__(self, expectedHost: str, actualHost: str,
                 fieldName: str = 'commonName') -> None:
        if fieldName not in ('commonName', 'subjectAltName'):
            raise ValueError('Unknown fieldName, should be either commonName '
                             'or subjectAltName')
        super().__init__(expectedHost, actualHost, fieldName)
        self.expectedHost = expectedHost
        self.actualHost = actualHost
        self.fieldName = fieldName

    def __str__(self) -> str:
        return ('Peer certificate %s does not match host, expected %s, got %s'
                % (self.fieldName, self.expectedHost, self.actualHost))


class Checker:
    """Checks a certificate's name, its fingerprint, or both.

    Names are compared by RFC 9525. The common name is used only if the
    certificate has no subjectAltName that is a DNS name or an IP address.

    Args:
      host: the expected host, if the call has none.
      peerCertHash: the expected fingerprint, in hexadecimal digits.
      peerCertDigest: its algorithm: 'sha1', 'sha256', 'sha384' or 'sha512'.
    """

    def __init__(self, host: Optional[str] = None,
                 peerCertHash: Union[str, bytes, None] = None,
                 peerCertDigest: str = 'sha1') -> None:
        if isinstance(peerCertHash, bytes):
            peerCertHash = peerCertHash.decode('ascii')
        self.host = host
        self.fingerprint = peerCertHash
        self.digest = peerCertDigest

    def __call__(self, peerCert: Any, host: Optional[str] = None) -> bool:
        """True, or an exception that says what is wrong.

        Raises:
          NoCertificate, WrongCertificate, WrongHost: as they say.
          ValueError: the digest is not supported, or the host is invalid.
        """
        if peerCert is None:
            raise NoCertificate('peer did not return certificate')
        if self.fingerprint is not None:
            self._check_fingerprint(peerCert, self.fingerprint)
        host = self.host if host is None else host
        if host:
            _check_host(peerCert, host)
        return True

    def _check_fingerprint(self, certificate: Any, fingerprint: str) -> None:
        if self.digest not in _LENGTHS:
            raise ValueError('unsupported digest "%s": use one of %s'
                             % (self.digest, ', '.join(_LENGTHS)))
        expected = fingerprint.replace(':', '').upper()
        if len(expected) != _LENGTHS[self.digest]:
            raise WrongCertificate(
                'peer certificate fingerprint length does not match\n'
                'fingerprint: %s\nexpected = %s\nobserved = %s' % (
                    fingerprint, _LENGTHS[self.digest], len(expected)))
        observed = certificate.get_fingerprint(md=self.digest)
        if not hmac.compare_digest(observed.encode(), expected.encode()):
            raise WrongCertificate(
                'peer certificate fingerprint does not match\n'
                'expected = %s,\nobserved = %s' % (expected, observed))


def _common_names(certificate: Any) -> List[str]:
    return [entry.get_data().as_text() for entry in certificate.get_subject()
            if entry.oid == '2.5.4.3']


def _check_host(certificate: Any, host: str) -> None:
    names = [pair for pair in certificate.alternative_names()
             if pair[0] in ('DNS', 'IP Address')]
    field = 'subjectAltName'
    if not names:
        field = 'commonName'
        names = [('DNS', name) for name in _common_names(certificate)]
        if not names:
            raise WrongCertificate('no commonName in peer certificate')
    try:
        airlock.match_hostname({'subjectAltName': names}, host)
    except ssl.CertificateError:
        raise WrongHost(expectedHost=host, actualHost=', '.join(
            '%s:%s' % pair if field == 'subjectAltName' else pair[1]
            for pair in names), fieldName=field) from None
