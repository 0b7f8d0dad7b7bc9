# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A socket's timeout, as in struct timeval."""
import struct

DEFAULT_TIMEOUT = 600

_FORMAT = 'll'


class timeout:
    """Seconds and microseconds."""

    def __init__(self, sec: int = DEFAULT_TIMEOUT, microsec: int = 0) -> None:
        self.sec = sec
        self.microsec = microsec

    def pack(self) -> bytes:
        return struct.pack(_FORMAT, self.sec, self.microsec)


def struct_to_timeout(binstr: bytes) -> timeout:
    return timeout(*struct.unpack(_FORMAT, binstr))


def struct_size() -> int:
    return struct.calcsize(_FORMAT)
