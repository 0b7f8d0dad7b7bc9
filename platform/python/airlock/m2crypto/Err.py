# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.Err: its queue is always empty, since every error is raised."""
from typing import Any, Optional

from airlock.m2crypto import m2


class M2CryptoError(Exception):
    """Is never raised."""


class SSLError(Exception):
    """Is never raised: SSL.SSLError is another class, as in M2Crypto."""

    def __init__(self, err: int, client_addr: Any) -> None:
        super().__init__(err, client_addr)
        self.err = err
        self.client_addr = client_addr


def get_error() -> Optional[str]:
    """None: what went wrong is in the exception."""
    return None


def get_error_code() -> int:
    """0: what went wrong is in the exception."""
    return 0


peek_error_code = get_error_code


def get_error_lib(err: Optional[int]) -> str:
    """An empty string."""
    return ''


get_error_func = get_error_reason = get_error_lib


def get_error_message() -> str:
    """An empty string."""
    return ''


def get_x509_verify_error(err: Optional[int]) -> str:
    """The text of a verification failure's code."""
    return m2.x509_get_verify_error(err)
