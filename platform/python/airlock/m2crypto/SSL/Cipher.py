# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Cipher suites."""
from typing import Iterator, List


class Cipher:
    """A cipher suite: its OpenSSL name, its key's bits, its first version."""

    def __init__(self, name: str, bits: int, version: str) -> None:
        self._name = name
        self._bits = bits
        self._version = version

    def __len__(self) -> int:
        return self._bits

    def __str__(self) -> str:
        return '%s-%s' % (self._name, self._bits)

    __repr__ = __str__

    def version(self) -> str:
        return self._version

    def name(self) -> str:
        return self._name


class Cipher_Stack:
    """The cipher suites of a connection, the preferred ones first."""

    def __init__(self, ciphers: List[Cipher]) -> None:
        self._ciphers = ciphers

    def __len__(self) -> int:
        return len(self._ciphers)

    def __getitem__(self, idx: int) -> Cipher:
        if not 0 <= idx < len(self._ciphers):
            raise IndexError('index out of range')
        return self._ciphers[idx]

    def __iter__(self) -> Iterator[Cipher]:
        return iter(self._ciphers)
