# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What connections have in common: certificates, CAs and how to verify."""
import inspect
import operator
import os
import ssl
import threading
import warnings
import weakref
from typing import Any, Callable, Dict, List, Optional, Tuple

import airlock
from airlock.m2crypto import BIO, X509, _pem, m2, util
from airlock.m2crypto._unsupported import unsupported
from airlock.m2crypto.SSL import _chain, _errors, cb

_PROTOCOLS = {
    'tls': None,
    'sslv23': None,
    'tlsv1': ssl.TLSVersion.TLSv1,
    'tlsv1_1': ssl.TLSVersion.TLSv1_1,
    'tlsv1_2': ssl.TLSVersion.TLSv1_2,
}
_MODES = (m2.SSL_VERIFY_PEER | m2.SSL_VERIFY_FAIL_IF_NO_PEER_CERT
          | m2.SSL_VERIFY_CLIENT_ONCE)

# ssl.VERIFY_X509_PARTIAL_CHAIN, since Python 3.10.
_PARTIAL_CHAIN = 0x80000

_Step = Callable[[ssl.SSLContext], Any]


class _ctxmap:
    """The living contexts, by int(context.ctx)."""
    singleton: Optional['_ctxmap'] = None

    def __init__(self) -> None:
        self._contexts: Any = weakref.WeakValueDictionary()

    def __getitem__(self, key: int) -> 'Context':
        return self._contexts[key]

    def __setitem__(self, key: int, value: 'Context') -> None:
        self._contexts[key] = value

    def __delitem__(self, key: int) -> None:
        del self._contexts[key]


def ctxmap() -> _ctxmap:
    if _ctxmap.singleton is None:
        _ctxmap.singleton = _ctxmap()
    return _ctxmap.singleton


map = ctxmap


class Context:
    """The settings of connections, which may share it between threads.

    Args:
      protocol: 'tls' and 'sslv23' negotiate TLS 1.2 or 1.3; 'tlsv1', 'tlsv1_1'
        and 'tlsv1_2' allow that version alone.
      weak_crypto: has no effect: Airlock has no SSLv2 and SSLv3.
      post_connection_check: what Connection calls instead of a Checker.
    """

    def __init__(self, protocol: str = 'tls', weak_crypto: Any = None,
                 post_connection_check: Optional[Callable] = None) -> None:
        if protocol not in _PROTOCOLS:
            raise ValueError("no such protocol '%s': use 'tls'" % protocol)
        version = _PROTOCOLS[protocol]
        if version is not None and version < ssl.TLSVersion.TLSv1_2:
            warnings.warn("protocol '%s' is deprecated: use 'tls'" % protocol,
                          DeprecationWarning, stacklevel=2)
        self._version = version
        self._lock = threading.Lock()
        # What was loaded, in order, and the contexts of `ssl` that have it.
        self._steps: List[_Step] = []
        self._made: Dict[Tuple, ssl.SSLContext] = {}
        self._mode: Optional[int] = None
        self._depth = -1
        self._cache_mode = m2.SSL_SESS_CACHE_SERVER
        self.verify_callback: Optional[Callable[..., Any]] = None
        self.info_callback: Optional[Callable[..., Any]] = None
        self.allow_unknown_ca: Any = 0
        self.post_connection_check = post_connection_check
        ctxmap()[int(self)] = self

    def __int__(self) -> int:
        return id(self)

    @property
    def ctx(self) -> 'Context':
        return self

    def close(self) -> None:
        """Has no effect but on ctxmap(): memory is freed when it is unused."""
        try:
            del ctxmap()[int(self)]
        except KeyError:
            pass

    # Contexts of `ssl`.

    def _new(self, server: bool, ciphers: Optional[str] = None
             ) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else
                                 ssl.PROTOCOL_TLS_CLIENT)
        with warnings.catch_warnings():
            # The constructor has warned already.
            warnings.simplefilter('ignore', DeprecationWarning)
            context.minimum_version = self._version or ssl.TLSVersion.TLSv1_2
            if self._version is not None:
                context.maximum_version = self._version
        for step in self._steps:
            step(context)
        if ciphers is not None:
            context.set_ciphers(ciphers)
        _chain.watch(context)
        return context

    def _add(self, step: _Step) -> None:
        """Loads something into this context's own contexts from now on."""
        with _errors.translation():
            with self._lock:
                step(self._new(server=False))
                self._steps.append(step)
                self._made.clear()

    def native(self, server: bool, check_hostname: bool = False,
               ciphers: Optional[str] = None, verify: Optional[bool] = None
               ) -> ssl.SSLContext:
        """The ssl.SSLContext of connections of one kind; the same each time.

        `verify`: whether the handshake verifies the peer; None: as set_verify
        and the policy say.
        """
        mode = (self.native_mode(server) if verify is None else
                ssl.CERT_REQUIRED if verify else ssl.CERT_NONE)
        check_hostname = check_hostname and mode != ssl.CERT_NONE
        key = (server, check_hostname, ciphers, mode)
        with _errors.translation():
            with self._lock:
                context = self._made.get(key)
                if context is None:
                    context = self._new(server, ciphers)
                    context.check_hostname = False
                    context.verify_mode = mode
                    context.check_hostname = check_hostname
                    self._made[key] = context
                return context

    def with_anchors(self, anchors: List[bytes], ciphers: Optional[str]
                     ) -> ssl.SSLContext:
        """A client's context that verifies, and trusts `anchors`, too."""
        with _errors.translation():
            with self._lock:
                context = self._new(False, ciphers)
                context.check_hostname = False
                context.load_verify_locations(cadata=b''.join(anchors))
                if not all(_chain.signs_itself(each) for each in anchors):
                    context.verify_flags |= _PARTIAL_CHAIN
                return context

    def native_mode(self, server: bool) -> ssl.VerifyMode:
        """What the handshake verifies.

        A client verifies always if the policy says so. If it says nothing, a
        verify callback judges after the handshake; see _chain.judge.
        """
        mode = self._mode or 0
        if server:
            if not mode & m2.SSL_VERIFY_PEER:
                return ssl.CERT_NONE
            return (ssl.CERT_REQUIRED
                    if mode & m2.SSL_VERIFY_FAIL_IF_NO_PEER_CERT else
                    ssl.CERT_OPTIONAL)
        if airlock.policy()['verification'].value != 'off':
            return ssl.CERT_REQUIRED
        if not mode & m2.SSL_VERIFY_PEER or self.verify_callback is not None:
            return ssl.CERT_NONE
        return ssl.CERT_REQUIRED

    # Certificates.

    def load_cert(self, certfile: Any, keyfile: Any = None,
                  callback: Callable[..., Any] = util.passphrase_callback
                  ) -> None:
        """Loads a certificate, with what follows it in its chain, and its key.

        Args:
          certfile, keyfile: a path, PEM text, or an object with read().
            keyfile: None if certfile also has the key.
          callback: called with 0 if the key is encrypted; returns the password.

        Raises:
          ValueError: the key is not that of the certificate.
          SSL.SSLError: one of them cannot be read.
        """
        with _errors.translation():
            certificate = _pem.content(certfile)
            key = None if keyfile is None else _pem.content(keyfile)
        passwords: List[Any] = []

        def password() -> Any:
            if not passwords:
                answer = callback(0)
                passwords.append('' if answer is None else answer)
            return passwords[0]

        try:
            self._add(lambda context: context.load_cert_chain(
                certificate, key, password))
        except _errors.SSLError as error:
            if error.reason == 'KEY_VALUES_MISMATCH':
                raise ValueError('public/private key mismatch') from error
            raise

    def load_cert_chain(self, certchainfile: Any, keyfile: Any = None,
                        callback: Callable[..., Any] = util.passphrase_callback
                        ) -> None:
        """As load_cert."""
        self.load_cert(certchainfile, keyfile, callback)

    def set_client_CA_list_from_file(self, cafile: Any) -> None:
        """Checks that a file has CA certificates.

        A server names the CAs that it trusts: see load_verify_locations.
        """
        with _errors.translation():
            pem = _pem.content(cafile)
        try:
            found = _pem.certificates(pem)
        except ValueError as error:
            raise _errors.SSLError('%s: %s' % (_pem.shown(cafile), error))
        if not found:
            raise _errors.SSLError('no CA certificate in %s'
                                   % _pem.shown(cafile))

    load_client_CA = load_client_ca = set_client_CA_list_from_file

    # Verification.

    def load_verify_locations(self, cafile: Any = None, capath: Any = None
                              ) -> int:
        """Trusts the CAs of a file (a path, PEM text, or an object with
        read()), of a directory, or both. Returns 1.

        Raises:
          ValueError: neither was given.
          SSL.SSLError: one of them cannot be read, or has no certificate.
        """
        if cafile is None and capath is None:
            raise ValueError('cafile and capath can not both be None.')
        with _errors.translation():
            cas = (None if cafile is None else
                   _pem.content(cafile).decode('utf-8', 'replace'))
            if capath is not None:
                os.listdir(os.fspath(capath))  # An error if it is missing.
        if cas is not None and '-----BEGIN ' not in cas:
            raise _errors.SSLError('no certificate in %s'
                                   % _pem.shown(cafile))
        self._add(lambda context: context.load_verify_locations(
            cafile=cas, capath=capath))
        return 1

    load_verify_info = load_verify_locations

    def set_default_verify_paths(self) -> None:
        """Trusts the platform's CAs. A context that loads no CA does anyway."""
        self._add(lambda context: context.set_default_verify_paths())

    def get_cert_store(self) -> X509.X509_Store:
        return X509.X509_Store(self)

    def add_verify_flags(self, flags: int) -> None:
        """Adds SSL.verify_crl_check_leaf or SSL.verify_crl_check_chain.

        Raises:
          ValueError: a flag is unknown.
        """
        flags = operator.index(flags)
        if flags & ~(m2.VERIFY_CRL_CHECK_LEAF | m2.VERIFY_CRL_CHECK_CHAIN):
            raise ValueError('flags has unknown bits: %r' % (flags,))

        def step(context: ssl.SSLContext) -> None:
            context.verify_flags |= flags

        self._add(step)

    def set_allow_unknown_ca(self, ok: Any) -> None:
        """What SSL.cb.ssl_verify_callback goes by."""
        self.allow_unknown_ca = ok

    def get_allow_unknown_ca(self) -> Any:
        return self.allow_unknown_ca

    def set_verify(self, mode: int, depth: int,
                   callback: Optional[Callable[..., Any]] = None) -> None:
        """How to verify peers.

        Args:
          mode: SSL.verify_none, or SSL.verify_peer with, for a server,
            SSL.verify_fail_if_no_peer_cert. A client always requires a
            certificate. The platform's policy may require more.
          depth: the most certificates between the peer's and the CA.
          callback: called as callback(ok, store) for the first failure, and for
            each certificate from the CA's to the peer's. False refuses the
            connection, and so does an exception. Where the policy allows it, a
            client's callback may accept an unknown issuer, and nothing else.
        """
        if callback is not None and not callable(callback):
            raise TypeError('the callback is not callable: %r' % (callback,))
        mode, depth = operator.index(mode), operator.index(depth)
        if mode & ~_MODES:
            raise ValueError('mode has unknown bits: %r' % (mode,))
        with self._lock:
            self._mode, self._depth = mode, depth
            self.verify_callback = callback
            # Sessions of peers that were judged otherwise are not resumed.
            self._made.clear()

    def get_verify_mode(self) -> int:
        return self._mode or m2.SSL_VERIFY_NONE

    def get_verify_depth(self) -> int:
        return self._depth

    # Ciphers and options.

    def set_cipher_list(self, cipher_list: str) -> int:
        """Sets the ciphers up to TLS 1.2. Returns 1; 0 if none is known, and
        then nothing changes."""
        try:
            self._add(lambda context: context.set_ciphers(cipher_list))
        except _errors.SSLError as error:
            if error.reason in (None, 'NO_CIPHER_MATCH'):
                return 0
            raise
        return 1

    def set_options(self, op: int) -> int:
        """Adds options, m2.SSL_OP_*. Returns all of them."""

        def step(context: ssl.SSLContext) -> None:
            with warnings.catch_warnings():
                warnings.simplefilter('ignore', DeprecationWarning)
                context.options |= op

        self._add(step)
        return int(self.native(server=False, verify=True).options)

    def set_info_callback(self, callback: Callable[..., Any] =
                          cb.ssl_info_callback) -> None:
        """Has `callback(where, ret, connection)` called for each handshake's
        start and end."""
        self.info_callback = callback

    def set_tmp_dh(self, dhpfile: Any) -> int:
        """Checks the file. Airlock has no finite-field Diffie-Hellman, and
        uses elliptic curves. Returns 1.

        Raises:
          BIO.BIOError: it cannot be read.
          SSL.SSLError: it has no parameters.
        """
        try:
            with open(dhpfile, 'rb'):
                pass
        except OSError as error:
            raise BIO.BIOError(*error.args) from error
        self._add(lambda context: context.load_dh_params(dhpfile))
        return 1

    def set_tmp_dh_callback(self, callback: Optional[Callable] = None) -> None:
        """Has no effect: see set_tmp_dh."""
        if callback is not None and not callable(callback):
            raise TypeError('the callback is not callable: %r' % (callback,))

    def set_tmp_rsa(self, rsa: Any) -> int:
        unsupported('Context.set_tmp_rsa', 'TLS has no temporary RSA keys any '
                    'more; use ECDHE, which is the default')

    def set_tmp_rsa_callback(self, callback: Optional[Callable] = None) -> None:
        if callback is not None:
            unsupported('Context.set_tmp_rsa_callback', 'TLS has no temporary '
                        'RSA keys any more; use ECDHE, which is the default')

    # Sessions.

    def set_session_id_ctx(self, id: Any) -> None:
        """Checks the length, at most 32 bytes. Sessions of one context are
        never resumed in another."""
        if isinstance(id, str):
            id = id.encode('utf-8')
        if len(id) > 32:
            raise _errors.SSLError('session id context is too long: %d bytes'
                                   % len(id))

    def add_session(self, session: Any) -> int:
        unsupported('Context.add_session', 'use Connection.set_session')

    def remove_session(self, session: Any) -> int:
        unsupported('Context.remove_session', 'drop the session object')

    def get_session_timeout(self) -> int:
        """BoringSSL's timeout, in seconds."""
        return 7200

    def set_session_timeout(self, timeout: int) -> int:
        unsupported('Context.set_session_timeout', "`ssl` has no such setting")

    def set_session_cache_mode(self, mode: int) -> int:
        """Returns the previous mode. What a server keeps cannot be changed."""
        if mode not in (m2.SSL_SESS_CACHE_CLIENT, m2.SSL_SESS_CACHE_SERVER,
                        m2.SSL_SESS_CACHE_BOTH):
            unsupported('Context.set_session_cache_mode(%r)' % (mode,),
                        'set_options(m2.SSL_OP_NO_TICKET) turns off tickets')
        previous, self._cache_mode = self._cache_mode, mode
        return previous

    def get_session_cache_mode(self) -> int:
        return self._cache_mode


def is_old_style(callback: Callable[..., Any]) -> bool:
    """Whether a verify callback takes five arguments, as long ago."""
    try:
        signature = inspect.signature(callback)
    except (TypeError, ValueError):
        return False
    try:
        signature.bind(1, None)
        return False
    except TypeError:
        pass
    try:
        signature.bind(None, None, 0, 0, 1)
        return True
    except TypeError:
        return False
