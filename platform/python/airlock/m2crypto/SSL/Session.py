# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sessions, which a client resumes."""
import ssl
import threading
from typing import Any, List, Optional

from airlock.m2crypto._unsupported import unsupported
from airlock.m2crypto.SSL import _errors


class Holder:
    """The session of one connection, which TLS 1.3 delivers late.

    Thread-safe. It outlives the connection.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Any = None
        self.context: Optional[ssl.SSLContext] = None
        self.chain: List[bytes] = []  # That the peer presented.

    def note(self, tls: Any) -> None:
        """Remembers the session that a connection has by now."""
        session = getattr(tls, 'session', None)
        if session is not None:
            with self._lock:
                self._session, self.context = session, tls.context

    def get(self) -> Any:
        with self._lock:
            return self._session


class Session:
    """A session that Connection.get_session() returned.

    In TLS 1.3 the server sends it after the handshake. Until the connection
    has read it, the session has no time, and cannot be resumed.
    """

    def __init__(self, session: Holder, _pyfree: int = 0) -> None:
        assert session is not None
        self.session = session

    def _ptr(self) -> Holder:
        return self.session

    def as_text(self) -> bytes:
        """What is not secret of it."""
        session = self.session.get()
        if session is None:
            return b'SSL-Session:\n    (the server has not sent it yet)\n'
        return ('SSL-Session:\n    Session-ID: %s\n    Start Time: %d\n'
                '    Timeout   : %d (sec)\n    Ticket    : %s\n' % (
                    session.id.hex().upper(), session.time, session.timeout,
                    'yes' if session.has_ticket else 'no')).encode('ascii')

    def get_time(self) -> int:
        """When it began, in seconds since 1970; 0 if it has not yet."""
        session = self.session.get()
        return 0 if session is None else session.time

    def get_timeout(self) -> int:
        """For how many seconds it can be resumed."""
        session = self.session.get()
        return 0 if session is None else session.timeout

    def set_time(self, t: int) -> int:
        unsupported('Session.set_time', 'a session cannot be changed')

    def set_timeout(self, t: int) -> int:
        unsupported('Session.set_timeout', 'a session cannot be changed')

    def as_der(self) -> bytes:
        unsupported('Session.as_der',
                    'a session holds secrets, and stays in the process')

    def write_bio(self, bio: Any) -> int:
        unsupported('Session.write_bio',
                    'a session holds secrets, and stays in the process')


def load_session(pemfile: Any) -> Session:
    """Raises SSL.SSLError: sessions stay in their process."""
    raise _errors.SSLNotSupportedError(
        'load_session(%r) is not supported by Airlock: a session stays in the '
        'process; take it from a connection' % (pemfile,))
