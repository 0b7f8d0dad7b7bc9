# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.util: what passes a key's password."""
import getpass
from typing import Any, Optional


def passphrase_callback(v: Any, prompt1: str = 'Enter passphrase:',
                        prompt2: str = 'Verify passphrase:') -> Optional[str]:
    """Asks for a password on the terminal; twice if `v` is true.

    Returns None if the user interrupts it.
    """
    try:
        while True:
            passphrase = getpass.getpass(prompt1)
            if not v or passphrase == getpass.getpass(prompt2):
                return passphrase
    except KeyboardInterrupt:
        return None


def no_passphrase_callback(*_: Any) -> str:
    """The password of a key that has none."""
    return ''
