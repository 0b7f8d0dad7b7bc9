# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.threading: Airlock needs no preparation for threads."""


def init() -> None:
    """Does nothing: TLS is ready for threads from the start."""


def cleanup() -> None:
    """Does nothing."""
