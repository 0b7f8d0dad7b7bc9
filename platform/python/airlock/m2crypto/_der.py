# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads X.509 certificates (RFC 5280) from DER, to show them."""
import datetime
import ipaddress
from typing import Dict, Iterator, List, NamedTuple, Tuple

_BOOLEAN, _INTEGER, _SEQUENCE, _SET = 0x01, 0x02, 0x30, 0x31
_TEXTS = {0x0c: 'utf-8', 0x12: 'ascii', 0x13: 'ascii', 0x14: 'latin-1',
          0x16: 'ascii', 0x1c: 'utf-32-be', 0x1e: 'utf-16-be'}


class Attribute(NamedTuple):
    """One attribute of a distinguished name."""
    oid: str
    text: str


class Extension(NamedTuple):
    oid: str
    critical: bool
    value: bytes


class Fields(NamedTuple):
    """What a certificate says."""
    version: int  # 0 for v1
    serial: int
    issuer: List[Attribute]
    subject: List[Attribute]
    not_before: datetime.datetime
    not_after: datetime.datetime
    key_oid: str
    extensions: List[Extension]


class _Item(NamedTuple):
    tag: int
    value: bytes


def _items(data: bytes) -> Iterator[_Item]:
    """The elements of a constructed value, which must fill it."""
    position = 0
    while position < len(data):
        if len(data) - position < 2 or data[position] & 0x1f == 0x1f:
            raise ValueError('the certificate is damaged: no DER element')
        tag, length = data[position], data[position + 1]
        position += 2
        if length >= 0x80:
            size = length & 0x7f
            if not 1 <= size <= 4 or len(data) - position < size:
                raise ValueError('the certificate is damaged: a length')
            length = int.from_bytes(data[position:position + size], 'big')
            position += size
        if len(data) - position < length:
            raise ValueError('the certificate is damaged: it is cut off')
        yield _Item(tag, data[position:position + length])
        position += length


def _sequence(data: bytes, tag: int = _SEQUENCE) -> List[_Item]:
    """The elements of the single element that `data` is."""
    items = list(_items(data))
    if len(items) != 1 or items[0].tag != tag:
        raise ValueError('the certificate is damaged: another element')
    return list(_items(items[0].value))


def integers(der: bytes) -> List[bytes]:
    """The bytes of each integer of a sequence of integers."""
    items = _sequence(der)
    if any(item.tag != _INTEGER or not item.value for item in items):
        raise ValueError('an element is not an integer')
    return [item.value for item in items]


def _oid(value: bytes) -> str:
    numbers, number = [], 0
    for byte in value:
        number = number << 7 | byte & 0x7f
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    if not numbers or value[-1] & 0x80:
        raise ValueError('the certificate is damaged: an object identifier')
    first = min(numbers[0] // 40, 2)
    return '.'.join(str(n) for n in [first, numbers[0] - 40 * first]
                    + numbers[1:])


def _text(item: _Item) -> str:
    encoding = _TEXTS.get(item.tag)
    if encoding is None:
        return item.value.hex()
    return item.value.decode(encoding, 'backslashreplace')


def _name(value: bytes) -> List[Attribute]:
    result = []
    for rdn in _items(value):
        for pair in _items(rdn.value):
            parts = list(_items(pair.value))
            if rdn.tag != _SET or len(parts) != 2:
                raise ValueError('the certificate is damaged: a name')
            result.append(Attribute(_oid(parts[0].value), _text(parts[1])))
    return result


def _time(item: _Item) -> datetime.datetime:
    text = item.value.decode('ascii', 'replace')
    if item.tag == 0x17:  # UTCTime: RFC 5280, section 4.1.2.5.1.
        text = ('20' if text[:2] < '50' else '19') + text
    return datetime.datetime.strptime(text, '%Y%m%d%H%M%SZ').replace(
        tzinfo=datetime.timezone.utc)


def _extensions(value: bytes) -> List[Extension]:
    result = []
    for item in _sequence(value):
        parts = list(_items(item.value))
        if len(parts) not in (2, 3) or parts[-1].tag != 0x04:
            raise ValueError('the certificate is damaged: an extension')
        result.append(Extension(_oid(parts[0].value),
                                len(parts) == 3 and parts[1].value != b'\0',
                                parts[-1].value))
    return result


def read(der: bytes) -> Fields:
    """The fields of a certificate.

    Raises:
      ValueError: it is damaged.
    """
    outer = _sequence(der)
    if len(outer) != 3 or outer[0].tag != _SEQUENCE:
        raise ValueError('the certificate is damaged: not three parts')
    parts = list(_items(outer[0].value))
    version = 0
    if parts and parts[0].tag == 0xa0:
        version = int.from_bytes(list(_items(parts.pop(0).value))[0].value,
                                 'big')
    if len(parts) < 6:
        raise ValueError('the certificate is damaged: fields are missing')
    serial, _, issuer, validity, subject, key = parts[:6]
    times = list(_items(validity.value))
    if len(times) != 2:
        raise ValueError('the certificate is damaged: its validity')
    extensions: List[Extension] = []
    for item in parts[6:]:
        if item.tag == 0xa3:
            extensions = _extensions(item.value)
    algorithm = next(_items(next(_items(key.value)).value))
    return Fields(version, int.from_bytes(serial.value, 'big', signed=True),
                  _name(issuer.value), _name(subject.value), _time(times[0]),
                  _time(times[1]), _oid(algorithm.value), extensions)


_GENERAL_NAMES: Dict[int, str] = {0x81: 'email', 0x82: 'DNS', 0x86: 'URI',
                                  0x87: 'IP Address', 0x88: 'Registered ID'}


def _address(value: bytes) -> str:
    """An IP address, as OpenSSL writes it."""
    if len(value) == 4:
        return str(ipaddress.ip_address(value))
    if len(value) == 16:
        return ':'.join('%X' % int.from_bytes(value[i:i + 2], 'big')
                        for i in range(0, 16, 2))
    return '<invalid>'


def general_names(value: bytes) -> List[Tuple[str, str]]:
    """The names of a subjectAltName extension, as pairs of kind and text."""
    result = []
    for item in _sequence(value):
        kind = _GENERAL_NAMES.get(item.tag, 'othername')
        if kind == 'IP Address':
            text = _address(item.value)
        elif kind == 'othername':
            text = '<unsupported>'
        elif kind == 'Registered ID':
            text = _oid(item.value)
        else:
            text = item.value.decode('ascii', 'backslashreplace')
        result.append((kind, text))
    return result


def basic_constraints(value: bytes) -> str:
    """A basicConstraints extension: 'CA:TRUE, pathlen:0'."""
    items = _sequence(value)
    is_ca = bool(items) and items[0].tag == _BOOLEAN and any(items[0].value)
    return ', '.join(['CA:TRUE' if is_ca else 'CA:FALSE'] + [
        'pathlen:%d' % int.from_bytes(item.value, 'big')
        for item in items if item.tag == _INTEGER])


_EXTENDED_KEY_USAGE = '2.5.29.37'
# Servers, and any use (RFC 5280, section 4.2.1.12).
_SERVER_USES = {'1.3.6.1.5.5.7.3.1', '2.5.29.37.0'}


def serves_tls(der: bytes) -> bool:
    """Whether a certificate's extended key usage, if any, allows servers."""
    for extension in read(der).extensions:
        if extension.oid == _EXTENDED_KEY_USAGE:
            return any(_oid(item.value) in _SERVER_USES
                       for item in _sequence(extension.value))
    return True
