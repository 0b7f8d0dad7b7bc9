# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.Rand: the system's random number generator needs no seed."""
import os
from typing import Any


class RandError(ValueError):
    """Is never raised."""


def rand_bytes(num: int) -> bytes:
    """`num` random bytes, fit for keys."""
    return os.urandom(num)


rand_pseudo_bytes = rand_bytes


def rand_seed(seed: Any) -> None:
    """Does nothing: the system seeds its generator."""


def rand_add(blob: Any, entropy: Any) -> None:
    """Does nothing: the system seeds its generator."""


def rand_status() -> int:
    """1: the generator is always ready."""
    return 1


def load_file(filename: Any, max_bytes: int) -> int:
    """Reads nothing, and returns 0, the number of bytes read."""
    return 0


def save_file(filename: Any) -> int:
    """Writes nothing, and returns 0, the number of bytes written."""
    return 0
