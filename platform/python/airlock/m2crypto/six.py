# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.six: the part of it that programs and M2Crypto's tests use.

On Python 3 there is nothing to bridge.
"""
from typing import Any, Union

PY2 = False
PY3 = True

string_types = (str,)
integer_types = (int,)
class_types = (type,)
text_type = str
binary_type = bytes


def ensure_text(s: Union[str, bytes], encoding: str = 'utf-8',
                errors: str = 'strict') -> str:
    """Text for text or bytes."""
    if isinstance(s, bytes):
        return s.decode(encoding, errors)
    if isinstance(s, str):
        return s
    raise TypeError('not text or bytes: %s' % type(s).__name__)


ensure_str = ensure_text


def ensure_binary(s: Union[str, bytes], encoding: str = 'utf-8',
                  errors: str = 'strict') -> bytes:
    """Bytes for text or bytes."""
    return s if isinstance(s, bytes) else ensure_text(s).encode(encoding,
                                                                errors)


def assertRaisesRegex(self: Any, *args: Any, **kwargs: Any) -> Any:
    return self.assertRaisesRegex(*args, **kwargs)


def assertRegex(self: Any, *args: Any, **kwargs: Any) -> Any:
    return self.assertRegex(*args, **kwargs)


def assertCountEqual(self: Any, *args: Any, **kwargs: Any) -> Any:
    return self.assertCountEqual(*args, **kwargs)
