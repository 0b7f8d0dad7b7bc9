# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A TLS connection."""
import contextlib
import io
import socket
from typing import Any, Callable, List, Optional, Tuple

from airlock.m2crypto import m2
from airlock.m2crypto._unsupported import unsupported
from airlock.m2crypto.SSL import Checker, _chain, _errors
from airlock.m2crypto.SSL import Session as _session
from airlock.m2crypto.SSL.Context import Context
from airlock.m2crypto.SSL._facts import Facts
from airlock.m2crypto.SSL._options import SocketOptions
from airlock.m2crypto.SSL._peer import Peer, wrong_host
from airlock.m2crypto.SSL._transport import Transport


_HANDSHAKE_SECONDS = 30.0
# Verification failures: the certificate is that of another name or address.
_OTHER_HOST = (62, 64)


def _serverPostConnectionCheck(*_: Any, **__: Any) -> int:
    return 1


class Connection(Peer, Facts, SocketOptions):
    """A socket with TLS, of a client or of a server.

    Args:
      ctx: the settings.
      sock: a socket of type SOCK_STREAM, which the connection takes over once
        it shakes hands; None: a new one.
      family: of a new one.
    """

    serverPostConnectionCheck = staticmethod(_serverPostConnectionCheck)
    # How long accept() waits for a client's handshake if nothing else says so.
    handshake_timeout = _HANDSHAKE_SECONDS

    def __init__(self, ctx: Context, sock: Any = None,
                 family: int = socket.AF_INET) -> None:
        if not isinstance(ctx, Context):
            raise TypeError('ctx must be an SSL.Context, not %s'
                            % type(ctx).__name__)
        # A Checker, another callable, or None for no check.
        self.clientPostConnectionCheck: Any = Checker.Checker()
        self.ctx = ctx
        if sock is None:
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.transport = Transport(sock)
        self.addr: Any = None
        self.host: Optional[str] = None
        self._server_name: Optional[str] = None
        self._server: Optional[bool] = None
        self._ciphers: Optional[str] = None
        self._resumed: Optional[_session.Holder] = None
        self._holder = _session.Holder()
        self._verify_result: Optional[int] = None
        self._handshaken = False
        # Whether the post-connection check follows the handshake.
        self._check_due = False
        self._chain: List[bytes] = []  # That the peer presented.
        self._shutdown = 0
        self._io_refs = 0
        self._close_flag = m2.bio_noclose
        self._closed = False
        if ctx.post_connection_check is not None:
            self.set_post_connection_check_callback(ctx.post_connection_check)

    @property
    def socket(self) -> Any:
        return self.transport.socket

    # The ends of the connection.

    def bind(self, addr: Any) -> None:
        self.socket.bind(addr)

    def listen(self, qlen: int = 5) -> None:
        self.socket.listen(qlen)

    def setup_addr(self, addr: Any) -> None:
        self.addr = addr

    def setup_ssl(self) -> None:
        """Does nothing: the handshake takes over the socket."""

    def _setup_ssl(self, addr: Any) -> None:
        self.setup_addr(addr)

    def set_bio(self, readbio: Any, writebio: Any) -> None:
        """Reads TLS from one BIO.MemoryBuffer and writes it to another."""
        self.transport.set_bio(readbio, writebio)

    def set_connect_state(self) -> None:
        self._server = False

    def set_accept_state(self) -> None:
        self._server = True

    def set_tlsext_host_name(self, name: Any) -> None:
        """The name to ask the server for (SNI); by default its host."""
        self._server_name = _text(name)

    def set1_host(self, name: Any) -> None:
        """The name that the server's certificate must be for; if there is
        none, the host that connect() is given."""
        self.host = _text(name)

    def set_post_connection_check_callback(
            self, postConnectionCheck: Optional[Callable[..., Any]]) -> None:
        """Has `postConnectionCheck(certificate, host)` called, instead of a
        Checker; None: nothing."""
        self.postConnectionCheck = postConnectionCheck

    def _check(self, default: Any) -> Any:
        return getattr(self, 'postConnectionCheck', default)

    def connect(self, addr: Tuple[Any, ...]) -> int:
        """Connects, shakes hands, and checks the server's name.

        Returns 1; 0 if the socket does not block and the handshake goes on:
        then call connect_ssl() again. The check follows it there, too.

        Raises:
          SSL.SSLError: the handshake failed, or the chain is not trusted.
          SSL.Checker.SSLVerificationError: the certificate is another host's.
          OSError: it is not connected.
        """
        if self.transport.closed:
            raise _errors.SSLError('the connection is closed')
        # The name is checked even if it is the program that shakes hands, since
        # a socket that does not block raises BlockingIOError here.
        self.addr = addr
        self._check_due = True
        self.socket.connect(addr)
        return self.connect_ssl()

    def check_peer(self) -> None:
        """Calls the post-connection check."""
        if self._server:
            check = self._check(self.serverPostConnectionCheck)
            host = self.addr[0] if self.addr else None
        else:
            check = self._check(self.clientPostConnectionCheck)
            host = self._peer_name()
        if check is None:
            return
        try:
            if not check(self.get_peer_cert(), host):
                raise Checker.SSLVerificationError(
                    'post connection check failed')
        except BaseException:
            self.abandon()
            raise

    def accept(self) -> Tuple['Connection', Any]:
        """Accepts a connection and shakes hands: (connection, address).

        That takes as long as the timeout of this socket, or 30 seconds. If this
        socket does not block, the handshake comes with the connection's first
        accept_ssl(), read or write.
        """
        sock, addr = self.socket.accept()
        connection = self.accepted(sock, addr)
        if self.socket.gettimeout() == 0:
            return connection, addr
        try:
            connection.shake_hands(self.socket.gettimeout()
                                   or self.handshake_timeout)
        except BaseException:
            connection.abandon()
            raise
        return connection, addr

    def accepted(self, sock: Any, addr: Any) -> 'Connection':
        """The connection over a socket that was accepted, before TLS."""
        connection = Connection(self.ctx, sock)
        connection.addr = addr
        connection.set_accept_state()
        connection._check_due = True
        connection.serverPostConnectionCheck = self._check(
            self.serverPostConnectionCheck)
        return connection

    def shake_hands(self, seconds: float) -> None:
        """A server's handshake and check, within `seconds` in all."""
        before = self.socket.gettimeout()
        self.socket.settimeout(seconds)
        try:
            self.accept_ssl()
        finally:
            if not self.transport.closed:
                self.socket.settimeout(before)

    # The handshake.

    def connect_ssl(self) -> int:
        """A client's handshake: 1; 0 if it would block."""
        self._server = False
        return self.handshake()

    def accept_ssl(self) -> int:
        """A server's handshake: 1; 0 if it would block."""
        self._server = True
        return self.handshake()

    def can_handshake(self) -> bool:
        """Whether it is known which side this is, and what carries TLS."""
        return self._server is not None and self.transport.connected()

    def _peer_name(self) -> Optional[str]:
        """The name that the server's certificate must be for."""
        if self.host:
            return self.host
        return _text(self.addr[0]) if self.addr else None

    def _native_name(self) -> Optional[str]:
        return self._server_name or self._peer_name()

    def _checks_natively(self) -> bool:
        """Whether the handshake checks the name. It does so for the platform's
        policy, too, which hears of every client that leaves it out."""
        name = self._peer_name()
        return (name is not None and name == self._native_name()
                and isinstance(self._check(self.clientPostConnectionCheck),
                               Checker.Checker))

    def _start(self) -> None:
        server = bool(self._server)
        context = self.ctx.native(
            server, not server and self._checks_natively(), self._ciphers)
        session = None
        if self._resumed is not None and self._resumed.context is context:
            session = self._resumed.get()
        self.transport.start(context, server,
                             None if server else self._native_name(), session)
        self._info(m2.SSL_CB_HANDSHAKE_START, 1)

    def handshake(self) -> int:
        """Goes on with the handshake: 1 once it is done, 0 if it would block.

        Raises:
          SSL.SSLError: it failed; the connection is closed.
        """
        if self._handshaken:
            return 1
        try:
            if self._server is None:
                raise _errors.SSLError('set_connect_state() or '
                                       'set_accept_state() comes first')
            if self.transport.tls is None:
                self._start()
            if not self.transport.handshake():
                return 0
            self._handshaken = True
            self._chain = self._presented()
            self._verify()
        except BaseException as error:
            self._info(m2.SSL_CB_EXIT, -1)
            chain = _chain.received(self.transport.tls)
            self.abandon()
            if (getattr(error, 'verify_code', None) in _OTHER_HOST
                    and not self._server):
                raise wrong_host(self._peer_name() or '', chain,
                                 error) from error
            raise
        self._info(m2.SSL_CB_EXIT, 1)
        self._note_session()
        if self._check_due:
            self._check_due = False
            self.check_peer()
        return 1

    def _info(self, where: int, result: int) -> None:
        callback = self.ctx.info_callback
        if callback is not None:
            callback(where | (m2.SSL_ST_ACCEPT if self._server else
                              m2.SSL_ST_CONNECT), result, self)

    # Data.

    def _ready(self) -> bool:
        """Whether data can flow. A handshake that has begun, or that accept()
        left to do, goes on first."""
        if self.transport.closed:
            raise _errors.SSLError('the connection is closed')
        if self._handshaken:
            return True
        if self._server is None:
            raise _errors.SSLError('the handshake is not done')
        if self._server and self._check_due and self.socket.gettimeout() != 0:
            self.shake_hands(self.socket.gettimeout() or self.handshake_timeout)
            return True
        return bool(self.handshake())

    def read(self, size: int = 1024) -> Optional[bytes]:
        """At most `size` bytes: b'' after the peer's close_notify, None if it
        would block.

        Raises:
          SSL.SSLError: 'unexpected eof' if the connection ended without
            close_notify: what was read may be cut off.
        """
        if size <= 0:
            raise ValueError('size <= 0')
        if not self._ready():
            return None
        data = self.transport.read(size)
        if data == b'':
            self._shutdown |= m2.SSL_RECEIVED_SHUTDOWN
        self._note_session()
        return data

    recv = read

    def recv_into(self, buff: Any, nbytes: int = 0) -> Optional[int]:
        """Reads into a buffer, and returns the number of bytes.

        A bytearray has that length afterwards; other buffers are zero after
        what was read.
        """
        view = memoryview(buff).cast('B')
        if nbytes < 0 or not len(view):
            raise ValueError('size <= 0')
        data = self.read(min(nbytes or len(view), len(view)))
        if data is None:
            return None
        if isinstance(buff, bytearray):
            view.release()
            buff[:] = data
        else:
            view[:len(data)] = data
            view[len(data):] = bytes(len(view) - len(data))
        return len(data)

    def write(self, data: Any) -> int:
        """Writes everything, and returns the number of bytes; -1 if it would
        block."""
        return self.transport.write(data) if self._ready() else -1

    sendall = send = write

    def pending(self) -> int:
        """How many bytes can be read at once."""
        return 0 if self.transport.tls is None else self.transport.tls.pending()

    def makefile(self, mode: str = 'rb', bufsize: int = -1) -> Any:
        """A file object. The connection stays open until that is closed, too.
        """
        raw: Any = socket.SocketIO(self, mode.replace('t', ''))  # type: ignore
        self._io_refs += 1
        if bufsize == 0:
            return raw
        size = bufsize if bufsize > 1 else io.DEFAULT_BUFFER_SIZE
        if 'r' in mode and 'w' in mode:
            return io.BufferedRWPair(raw, raw, size)
        return (io.BufferedWriter(raw, size) if 'w' in mode else
                io.BufferedReader(raw, size))

    def _decref_socketios(self) -> None:
        self._io_refs = max(self._io_refs - 1, 0)
        if self._closed and self._io_refs == 0:
            self._really_close()

    # The end.

    def close(self, freeBio: Any = False) -> None:
        """Sends close_notify and closes the socket; after the last file of
        makefile(). It does not wait for the peer."""
        self._closed = True
        if self._io_refs == 0:
            self._really_close()

    def _really_close(self) -> None:
        if self._handshaken and not self.transport.closed:
            self._note_session()
            self.transport.close_notify()
            self._shutdown |= m2.SSL_SENT_SHUTDOWN
        self.transport.close()

    @staticmethod
    def m2_ssl_free(connection: Any) -> None:
        """Called with a connection that is dropped; a program may replace it.
        It has nothing to free. See set_ssl_close_flag()."""

    def __del__(self) -> None:
        """Closes a connection that was dropped, without close_notify."""
        with contextlib.suppress(Exception):
            if self._close_flag == m2.bio_noclose and self.transport.tls:
                self.m2_ssl_free(self)
            self.transport.close()

    def __enter__(self) -> 'Connection':
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def abandon(self) -> None:
        """Closes the descriptor without a word to the peer."""
        self._closed = True
        self.transport.close()

    def shutdown(self, how: int) -> None:
        """Sends close_notify, unless `how` is socket.SHUT_RD."""
        if how != socket.SHUT_RD and self._handshaken and (
                not self.transport.closed):
            self.transport.close_notify()
            self._shutdown |= m2.SSL_SENT_SHUTDOWN

    def set_shutdown(self, mode: int) -> None:
        """What get_shutdown() says; it sends nothing."""
        self._shutdown = mode

    def get_shutdown(self) -> int:
        """Bits: m2.SSL_SENT_SHUTDOWN, m2.SSL_RECEIVED_SHUTDOWN."""
        return self._shutdown

    def clear(self) -> int:
        """Closes a connection with errors, without close_notify. Returns 1."""
        self.abandon()
        return 1

    def renegotiate(self) -> int:
        unsupported('Connection.renegotiate', 'BoringSSL never starts a '
                    'renegotiation; ask for the client certificate in the '
                    'first handshake')

    def set_ssl_close_flag(self, flag: int) -> None:
        """m2.bio_close: m2_ssl_free() is not called."""
        if flag not in (m2.bio_close, m2.bio_noclose):
            raise ValueError('flag must be m2.bio_close or m2.bio_noclose')
        self._close_flag = flag

    def set_client_CA_list_from_file(self, cafile: Any) -> None:
        self.ctx.set_client_CA_list_from_file(cafile)

    def set_client_CA_list_from_context(self) -> None:
        """Has no effect: a server names the CAs that it trusts."""

    # Sessions.

    def _note_session(self) -> None:
        if self._holder.get() is None and not self._server:
            self._holder.chain = self._chain
            self._holder.note(self.transport.tls)

    def get_session(self) -> _session.Session:
        """The session, which outlives the connection."""
        if self._handshaken and self.transport.tls is not None:
            self._note_session()
        return _session.Session(self._holder)

    def set_session(self, session: _session.Session) -> None:
        """Resumes a session of the same SSL.Context. Of another there is a full
        handshake: one context cannot rely on what another has verified."""
        if not isinstance(session, _session.Session):
            raise TypeError('session must be an SSL.Session, not %s'
                            % type(session).__name__)
        self._resumed = session._ptr()

    def set_session_id_ctx(self, id: Any) -> None:
        self.ctx.set_session_id_ctx(id)

    def get_default_session_timeout(self) -> int:
        return self.ctx.get_session_timeout()

    def session_reused(self) -> bool:
        """Whether the handshake resumed a session."""
        tls = self.transport.tls
        return bool(tls is not None and tls.session_reused)


def _text(name: Any) -> str:
    return name.decode('ascii') if isinstance(name, bytes) else name

