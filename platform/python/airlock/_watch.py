# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Certificates that are replaced while a context is used."""
from __future__ import absolute_import


def _method(context, name):
    method = getattr(context, name, None)
    if method is None:
        raise TypeError('%s is not Airlock\'s: call airlock.install() before '
                        'ssl is imported' % type(context).__name__)
    return method


class _Watched(object):

    def __init__(self, context):
        self._context = context

    def _state(self):
        raise NotImplementedError

    @property
    def generation(self):
        """1 for what was there first, then 2, and so on."""
        return self._state()[0]

    @property
    def updated(self):
        """When it was last replaced, as in time.time(); None: never."""
        return self._state()[1]

    @property
    def failures(self):
        """How many updates have failed."""
        return self._state()[2]

    @property
    def error(self):
        """Why the last update failed; None if it succeeded."""
        return self._state()[3]


class CaWatch(_Watched):
    """The CAs that a context watches; see watch_ca().

    `generation` is 0 before the first connection. Contexts of a process that
    watch one path share its state.
    """

    def _state(self):
        return self._context._watched_cas()


class Watch(_Watched):
    """The files that a context watches; see watch()."""

    def refresh(self):
        """Looks at the files now, and takes them if they have changed.

        Raises:
          ssl.SSLError: they contain no valid pair; the old one stays in use.
          OSError: a file cannot be read; the old pair stays in use.
        """
        self._context._refresh_cert_chain()

    def _state(self):
        return self._context._watched_cert_chain()[0]

    @property
    def expires(self):
        """When the first certificate of the chain expires, as in time.time().
        """
        return self._context._watched_cert_chain()[1]


def watch(context, certfile, keyfile=None, password=None):
    """Presents the certificate in a file, and its successors.

    Takes the place of load_cert_chain. Connections that begin after the files
    have changed get the new certificate; a handshake looks at the files, at
    most once a second. If they contain no valid pair, the old one stays
    in use.

    Args:
      context: an ssl.SSLContext, for servers or clients. Relative paths are
        those of the current directory whenever it looks.
      certfile: the path of the certificate with its chain; or of a directory
        that has tls.crt and tls.key, or fullchain.pem and privkey.pem.
      keyfile: the path of the key, unless it is in `certfile`; or
        'airlock-key:NAME', a key of the key service.
      password: of an encrypted key, str or bytes.

    Returns:
      A Watch.

    Raises:
      ssl.SSLError, OSError: as load_cert_chain does.
      TypeError: `certfile` or `keyfile` is not a path.
    """
    _method(context, '_watch_cert_chain')(certfile, keyfile, password)
    return Watch(context)


def watch_ca(context, cafile):
    """Trusts the CAs in a file, and their successors.

    Takes the place of load_verify_locations, and of what it loaded before.
    Connections that begin after the file has changed are verified with the new
    CAs and CRLs; a handshake looks at it, at most once a second. If it cannot
    be read, is damaged, or has CAs that the policy forbids, the old ones stay
    in use, and standard error says why.

    Args:
      context: an ssl.SSLContext, for servers or clients. A relative path is
        that of the current directory whenever it looks.
      cafile: the path of a bundle, or of a directory as for capath.

    Returns:
      A CaWatch.

    Raises:
      ssl.SSLError, OSError: as load_verify_locations does.
      TypeError: `cafile` is not a path.
    """
    _method(context, '_watch_cas')(cafile)
    return CaWatch(context)
