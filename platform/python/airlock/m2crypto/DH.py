# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.DH: reads Diffie-Hellman parameters.

TLS uses elliptic curves instead: see Context.set_tmp_dh.
"""
import binascii
import re
from typing import Any, Callable, NoReturn, Optional

from airlock.m2crypto import BIO, _der, _pem
from airlock.m2crypto._unsupported import unsupported

_PARAMETERS = re.compile(
    br'-----BEGIN DH PARAMETERS-----\s(.*?)-----END DH PARAMETERS-----',
    re.DOTALL)
_WHY = 'it has no finite-field Diffie-Hellman'

DH_GENERATOR_2 = 2
DH_GENERATOR_5 = 5


class DHError(Exception):
    """The parameters are invalid."""


class DH:
    """A prime and a generator, as load_params() and set_params() make them.

    Attributes:
      p, g: the numbers, with their length before them (OpenSSL's MPI format).
    """

    def __init__(self, p: bytes, g: bytes) -> None:
        self.p = p
        self.g = g

    def __len__(self) -> int:
        """The length of the prime in bytes."""
        return (int.from_bytes(self.p[4:], 'big').bit_length() + 7) // 8

    def check_params(self) -> NoReturn:
        unsupported('DH.check_params', _WHY)

    def gen_key(self) -> NoReturn:
        unsupported('DH.gen_key', _WHY)

    def compute_key(self, pubkey: Any) -> NoReturn:
        unsupported('DH.compute_key', _WHY)


def _mpi(number: bytes) -> bytes:
    return len(number).to_bytes(4, 'big') + number


def set_params(p: bytes, g: bytes) -> DH:
    return DH(bytes(p), bytes(g))


def gen_params(plen: int, g: int, callback: Optional[Callable] = None
               ) -> NoReturn:
    unsupported('DH.gen_params', _WHY)


def load_params(file: Any) -> DH:
    """Reads parameters (PKCS #3).

    Args:
      file: a path, PEM text, or an object with read().

    Raises:
      DHError: it has no parameters, or they are damaged.
      BIO.BIOError: it cannot be read.
    """
    match = _PARAMETERS.search(BIO.content(file))
    if match is None:
        raise DHError('%s has no DH PARAMETERS' % _pem.shown(file))
    try:
        p, g, *_ = _der.integers(binascii.a2b_base64(match.group(1)))
    except ValueError as error:  # binascii.Error is one.
        raise DHError('the parameters of %s are damaged'
                      % _pem.shown(file)) from error
    return DH(_mpi(p), _mpi(g))


def load_params_bio(bio: Any) -> DH:
    """Reads parameters from a BIO."""
    return load_params(bio)
