# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The error of what Airlock does not do."""
from typing import NoReturn


def unsupported(what: str, why: str) -> NoReturn:
    """Raises SSL.SSLNotSupportedError."""
  
    from airlock.m2crypto.SSL import _errors
    raise _errors.SSLNotSupportedError(
        '%s is not supported by Airlock: %s' % (what, why))
