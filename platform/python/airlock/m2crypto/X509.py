# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What M2Crypto.X509 has to look at a peer's certificate."""
import datetime
import hashlib
import ssl
from typing import Any, Iterator, List, Optional, Tuple

from airlock.m2crypto import BIO, _der, _pem, m2
from airlock.m2crypto._unsupported import unsupported

FORMAT_DER = 0
FORMAT_PEM = 1
V_OK = m2.X509_V_OK


class X509Error(ValueError):
    """A certificate that cannot be read."""


# Attributes of X509_Name, as (long name, short names, NID), by OID.
_ATTRIBUTES = {
    '2.5.4.3': ('commonName', ('CN',), m2.NID_commonName),
    '2.5.4.4': ('surname', ('SN',), 100),
    '2.5.4.5': ('serialNumber', ('serialNumber',), 105),
    '2.5.4.6': ('countryName', ('C',), m2.NID_countryName),
    '2.5.4.7': ('localityName', ('L',), m2.NID_localityName),
    '2.5.4.8': ('stateOrProvinceName', ('ST', 'SP'),
                m2.NID_stateOrProvinceName),
    '2.5.4.10': ('organizationName', ('O',), m2.NID_organizationName),
    '2.5.4.11': ('organizationalUnitName', ('OU',),
                 m2.NID_organizationalUnitName),
    '2.5.4.42': ('givenName', ('GN',), 99),
    '1.2.840.113549.1.9.1': ('emailAddress', ('emailAddress', 'Email'),
                             m2.NID_pkcs9_emailAddress),
}
_EXTENSIONS = {
    '2.5.29.14': 'subjectKeyIdentifier',
    '2.5.29.15': 'keyUsage',
    '2.5.29.17': 'subjectAltName',
    '2.5.29.18': 'issuerAltName',
    '2.5.29.19': 'basicConstraints',
    '2.5.29.30': 'nameConstraints',
    '2.5.29.31': 'crlDistributionPoints',
    '2.5.29.32': 'certificatePolicies',
    '2.5.29.35': 'authorityKeyIdentifier',
    '2.5.29.37': 'extendedKeyUsage',
    '1.3.6.1.5.5.7.1.1': 'authorityInfoAccess',
}
_SUBJECT_ALT_NAME = '2.5.29.17'
_BASIC_CONSTRAINTS = '2.5.29.19'


class ASN1_String:
    """The text of a name's attribute."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    def as_text(self, flags: int = 0) -> str:
        return self._text


class ASN1_TIME:
    """A point in time; in UTC."""

    def __init__(self, when: datetime.datetime) -> None:
        self._when = when

    def __str__(self) -> str:
        when = self._when
        return '%s %2d %s GMT' % (when.strftime('%b'), when.day,
                                  when.strftime('%H:%M:%S %Y'))

    def get_datetime(self) -> datetime.datetime:
        return self._when


class X509_Name_Entry:
    """An attribute of a name."""

    def __init__(self, attribute: _der.Attribute) -> None:
        self._attribute = attribute

    def get_data(self) -> ASN1_String:
        return ASN1_String(self._attribute.text)

    @property
    def oid(self) -> str:
        return self._attribute.oid


class X509_Name:
    """A distinguished name. Its attributes are CN, O, emailAddress, ..."""

    def __init__(self, attributes: List[_der.Attribute]) -> None:
        self._attributes = attributes

    def __getattr__(self, name: str) -> Optional[str]:
        for oid, (long, short, _) in _ATTRIBUTES.items():
            if name == long or name in short:
                for attribute in self._attributes:
                    if attribute.oid == oid:
                        return attribute.text
                return None
        raise AttributeError(name)

    def __str__(self) -> str:
        return ''.join('/' + pair for pair in self._pairs())

    def __len__(self) -> int:
        return len(self._attributes)

    def __getitem__(self, index: int) -> X509_Name_Entry:
        if not 0 <= index < len(self._attributes):
            raise IndexError('index out of range')
        return X509_Name_Entry(self._attributes[index])

    def __iter__(self) -> Iterator[X509_Name_Entry]:
        return (X509_Name_Entry(each) for each in self._attributes)

    def _pairs(self) -> List[str]:
        return ['%s=%s' % (_ATTRIBUTES[oid][1][0] if oid in _ATTRIBUTES
                           else oid, text) for oid, text in self._attributes]

    def as_text(self, indent: int = 0, flags: int = 0) -> str:
        return ' ' * indent + ', '.join(self._pairs())

    def entry_count(self) -> int:
        return len(self)

    def get_entries_by_nid(self, nid: int) -> List[X509_Name_Entry]:
        return [X509_Name_Entry(each) for each in self._attributes
                if _ATTRIBUTES.get(each.oid, ('', (), None))[2] == nid]


class X509_Extension:
    """An extension of a certificate."""

    def __init__(self, extension: _der.Extension) -> None:
        self._extension = extension

    def get_critical(self) -> int:
        return int(self._extension.critical)

    def get_name(self) -> str:
        return _EXTENSIONS.get(self._extension.oid, self._extension.oid)

    def get_value(self, flag: int = 0, indent: int = 0) -> str:
        """The names of a subjectAltName, and basicConstraints, in words; of
        others the bytes, in hex."""
        value = self._extension.value
        if self._extension.oid == _BASIC_CONSTRAINTS:
            return _der.basic_constraints(value)
        if self._extension.oid == _SUBJECT_ALT_NAME:
            return ', '.join('%s:%s' % pair
                             for pair in _der.general_names(value))
        return ':'.join('%02X' % byte for byte in value)


class X509:
    """A certificate, as a peer presented it. It cannot be changed.

    Args:
      x509: DER, or another X509.
    """

    def __init__(self, x509: Any, _pyfree: int = 0) -> None:
        self._der = x509.as_der() if isinstance(x509, X509) else bytes(x509)
        try:
            self._fields = _der.read(self._der)
        except (ValueError, StopIteration, IndexError) as error:
            raise X509Error(str(error) or 'the certificate is damaged')

    def as_der(self) -> bytes:
        return self._der

    def as_pem(self) -> bytes:
        return ssl.DER_cert_to_PEM_cert(self._der).encode('ascii')

    def as_text(self) -> str:
        """A summary in a few lines; OpenSSL's text has more."""
        return ('Certificate:\n    Serial Number: %X\n    Issuer: %s\n'
                '    Validity: %s to %s\n    Subject: %s\n' % (
                    self.get_serial_number(), self.get_issuer().as_text(),
                    self.get_not_before(), self.get_not_after(),
                    self.get_subject().as_text())
                + ''.join('    %s: %s\n' % (each.get_name(), each.get_value())
                          for each in map(X509_Extension,
                                          self._fields.extensions)))

    def save_pem(self, filename: str) -> int:
        with open(filename, 'wb') as file:
            file.write(self.as_pem())
        return 1

    def get_version(self) -> int:
        return self._fields.version

    def get_serial_number(self) -> int:
        return self._fields.serial

    def get_not_before(self) -> ASN1_TIME:
        return ASN1_TIME(self._fields.not_before)

    def get_not_after(self) -> ASN1_TIME:
        return ASN1_TIME(self._fields.not_after)

    def get_issuer(self) -> X509_Name:
        return X509_Name(self._fields.issuer)

    def get_subject(self) -> X509_Name:
        return X509_Name(self._fields.subject)

    def get_ext(self, name: str) -> X509_Extension:
        """The extension called `name`.

        Raises:
          LookupError: the certificate has none.
        """
        for extension in self._fields.extensions:
            if name in (_EXTENSIONS.get(extension.oid), extension.oid):
                return X509_Extension(extension)
        raise LookupError('Extension not found')

    def get_ext_at(self, index: int) -> X509_Extension:
        if not 0 <= index < self.get_ext_count():
            raise IndexError('index out of range')
        return X509_Extension(self._fields.extensions[index])

    def get_ext_count(self) -> int:
        return len(self._fields.extensions)

    def get_fingerprint(self, md: str = 'md5') -> str:
        """The digest of the certificate in capital hexadecimal digits."""
        return hashlib.new(md, self._der).hexdigest().upper()

    def check_ca(self) -> int:
        """1 if it is a CA's, else 0."""
        for extension in self._fields.extensions:
            if extension.oid == _BASIC_CONSTRAINTS:
                return int(extension.value[2:5] == b'\x01\x01\xff')
        return 0

    def alternative_names(self) -> List[Tuple[str, str]]:
        """Pairs of kind ('DNS', 'IP Address', ...) and name."""
        for extension in self._fields.extensions:
            if extension.oid == _SUBJECT_ALT_NAME:
                return _der.general_names(extension.value)
        return []

    def get_pubkey(self) -> Any:
        unsupported('X509.get_pubkey', 'it gives keys to TLS only')

    def verify(self, pkey: Any = None) -> int:
        unsupported('X509.verify', 'a chain is verified in the handshake')


class X509_Stack:
    """A list of certificates."""

    def __init__(self, certificates: Optional[List[X509]] = None) -> None:
        self._certificates = list(certificates or ())

    def __len__(self) -> int:
        return len(self._certificates)

    def __getitem__(self, index: int) -> X509:
        if not 0 <= index < len(self._certificates):
            raise IndexError('index out of range')
        return self._certificates[index]

    def __iter__(self) -> Iterator[X509]:
        return iter(self._certificates)


class X509_Store_Context:
    """What a verify callback is told.

    `ctx.connection` is the SSL.Connection.
    """

    def __init__(self, connection: Any, chain: List[X509], error: int,
                 depth: int) -> None:
        self.connection = connection
        self.ctx = self
        self._chain = chain
        self._error = error
        self._depth = depth

    def get_current_cert(self) -> X509:
        return self._chain[min(self._depth, len(self._chain) - 1)]

    def get_error(self) -> int:
        return self._error

    def get_error_depth(self) -> int:
        return self._depth

    def get1_chain(self) -> X509_Stack:
        return X509_Stack(self._chain)


class X509_Store:
    """The CAs that an SSL.Context trusts."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def add_x509(self, x509: X509) -> int:
        """Trusts a certificate, too."""
        return self._context.load_verify_locations(
            x509.as_pem().decode('ascii'))

    add_cert = add_x509

    def set_flags(self, flags: int) -> None:
        """Adds SSL.verify_crl_check_leaf or SSL.verify_crl_check_chain: then
        each certificate needs a CRL, which load_info() reads, too."""
        self._context.add_verify_flags(flags)

    def load_info(self, file: str) -> int:
        """Trusts the certificates of a file, too."""
        return self._context.load_verify_locations(file)

    load_locations = load_info


def load_cert(file: Any, format: int = FORMAT_PEM) -> X509:
    """The first certificate of a file.

    Raises:
      BIO.BIOError: it cannot be read.
      X509Error: it has no certificate.
    """
    if format not in (FORMAT_DER, FORMAT_PEM):
        raise ValueError('Unknown format. Must be either FORMAT_DER or '
                         'FORMAT_PEM')
    return load_cert_string(BIO.content(file), format)


def load_cert_bio(bio: Any, format: int = FORMAT_PEM) -> X509:
    """The first certificate that a BIO has."""
    return load_cert_string(bio.read() or b'', format)


def load_cert_string(string: Any, format: int = FORMAT_PEM) -> X509:
    """The first certificate of a string."""
    if isinstance(string, str):
        string = string.encode('utf-8')
    if format == FORMAT_DER:
        return X509(string)
    try:
        certificates = _pem.certificates(string)
    except ValueError as error:
        raise X509Error(str(error))
    if not certificates:
        raise X509Error('no start line: it has no certificate in PEM')
    return X509(certificates[0])


def load_cert_der_string(string: bytes) -> X509:
    """The certificate that is a string in DER."""
    return X509(string)
