# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
import os
import socket
import ssl
from typing import (
    Any,
    Iterable,
    List,
    Mapping,
    NamedTuple,
    Optional,
    OrderedDict,
    Protocol,
    Tuple,
    Union,
)

__version__: str

class _Reader(Protocol):
    def read(self) -> Union[str, bytes]: ...

_Pem = Union[str, bytes, "os.PathLike[str]", _Reader]

class Setting(NamedTuple):
    value: Optional[str]
    origin: str
    overrode: Tuple[Tuple[str, str], ...]

class Policy(OrderedDict[str, Setting]): ...

_Path = Union[str, bytes, "os.PathLike[str]"]

class TicketState(NamedTuple):
    keys: int
    seals: bool
    sealed: int
    not_sealed: int
    opened: int
    unknown: int
    invalid: int
    failure: Optional[str]

class TicketKeyring:
    def __init__(
        self,
        source: Optional[str] = ...,
        rotation: float = ...,
        lifetime: float = ...,
        fleet_key: Union[str, bytes, _Reader, None] = ...,
        ca_certs: Optional[_Pem] = ...,
    ) -> None: ...
    @property
    def state(self) -> TicketState: ...
    def rotate(self) -> None: ...

class _Watched:
    @property
    def generation(self) -> int: ...
    @property
    def updated(self) -> Optional[float]: ...
    @property
    def failures(self) -> int: ...
    @property
    def error(self) -> Optional[str]: ...

class CaWatch(_Watched): ...

class Watch(_Watched):
    @property
    def expires(self) -> float: ...
    def refresh(self) -> None: ...

_Sock = Union[ssl.SSLSocket, ssl.SSLObject]

def certificate_compression(sock: _Sock) -> Optional[str]: ...
def client_sigalg(sock: _Sock) -> Optional[str]: ...
def ech_retry_configs(error: BaseException) -> Optional[bytes]: ...
def ech_status(sock: _Sock) -> Optional[str]: ...
def get_groups(
    context: ssl.SSLContext, include_aliases: bool = ...
) -> List[str]: ...
def get_sigalgs() -> List[str]: ...
def group(sock: _Sock) -> Optional[str]: ...
def install() -> None: ...
def installed() -> bool: ...
def match_hostname(
    cert: Mapping[str, Any], hostname: Union[str, bytes]
) -> None: ...
def policy() -> Policy: ...
def server_sigalg(sock: _Sock) -> Optional[str]: ...
def set_ciphersuites(context: ssl.SSLContext, suites: str) -> None: ...
def set_client_sigalgs(context: ssl.SSLContext, sigalgs: str) -> None: ...
def set_ech_configs(
    context: ssl.SSLContext, configs: Union[bytes, str, None]
) -> None: ...
def set_ech_grease(context: ssl.SSLContext, enabled: bool = ...) -> None: ...
def set_ech_keys(
    context: ssl.SSLContext, pem: Union[bytes, str, None]
) -> None: ...
def set_groups(context: ssl.SSLContext, groups: str) -> None: ...
def set_server_sigalgs(context: ssl.SSLContext, sigalgs: str) -> None: ...
def spiffe(
    context: ssl.SSLContext, trust_domains: Mapping[str, _Pem], ids: Iterable[str]
) -> None: ...
def use_tickets(context: ssl.SSLContext, keyring: TicketKeyring) -> None: ...
def watch(
    context: ssl.SSLContext,
    certfile: _Path,
    keyfile: Optional[_Path] = ...,
    password: Union[str, bytes, None] = ...,
) -> Watch: ...
def watch_ca(context: ssl.SSLContext, cafile: _Path) -> CaWatch: ...
def wrap_socket(
    sock: socket.socket,
    keyfile: Optional[_Pem] = ...,
    certfile: Optional[_Pem] = ...,
    server_side: bool = ...,
    cert_reqs: Optional[int] = ...,
    ssl_version: Optional[int] = ...,
    ca_certs: Optional[_Pem] = ...,
    do_handshake_on_connect: bool = ...,
    suppress_ragged_eofs: bool = ...,
    ciphers: Optional[str] = ...,
    server_hostname: Union[str, bytes, None] = ...,
) -> ssl.SSLSocket: ...
