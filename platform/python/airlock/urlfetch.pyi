# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
from typing import Any, Callable, Iterable, Mapping, Optional, Tuple, Union

from airlock._urlfetch_result import Result
from airlock._urlfetch_rpc import UserRPC
from airlock.urlfetch_errors import (
    ConnectionClosedError as ConnectionClosedError,
    DeadlineExceededError as DeadlineExceededError,
    DNSLookupFailedError as DNSLookupFailedError,
    DownloadError as DownloadError,
    Error as Error,
    InternalTransientError as InternalTransientError,
    InvalidHeaderError as InvalidHeaderError,
    InvalidMethodError as InvalidMethodError,
    InvalidURLError as InvalidURLError,
    MalformedReplyError as MalformedReplyError,
    PayloadTooLargeError as PayloadTooLargeError,
    ResponseTooLargeError as ResponseTooLargeError,
    SSLCertificateError as SSLCertificateError,
    TLSError as TLSError,
    TooManyRedirectsError as TooManyRedirectsError,
)

GET: int
POST: int
HEAD: int
PUT: int
DELETE: int
PATCH: int
MAX_REDIRECTS: int

_Headers = Union[Mapping[str, Any], Iterable[Tuple[str, Any]]]

def get_default_fetch_deadline() -> Optional[float]: ...
def set_default_fetch_deadline(value: Optional[float]) -> None: ...
def create_rpc(
    deadline: Optional[float] = ..., callback: Optional[Callable[[], Any]] = ...
) -> UserRPC: ...
def make_fetch_call(
    rpc: UserRPC,
    url: Union[str, bytes],
    payload: Union[str, bytes, None] = ...,
    method: Union[int, str] = ...,
    headers: Optional[_Headers] = ...,
    allow_truncated: bool = ...,
    follow_redirects: bool = ...,
    validate_certificate: Optional[bool] = ...,
) -> UserRPC: ...
def fetch(
    url: Union[str, bytes],
    payload: Union[str, bytes, None] = ...,
    method: Union[int, str] = ...,
    headers: Optional[_Headers] = ...,
    allow_truncated: bool = ...,
    follow_redirects: bool = ...,
    deadline: Optional[float] = ...,
    validate_certificate: Optional[bool] = ...,
) -> Result: ...

Fetch = fetch
