# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Keys of session tickets that several contexts use."""
from __future__ import absolute_import

from collections import namedtuple

from airlock._negotiation import _call

TicketState = namedtuple(
    'TicketState',
    'keys seals sealed not_sealed opened unknown invalid failure')


class TicketKeyring(object):
    """Keys of session tickets; see use_tickets().

    Args:
      source: None: a key of its own, which a process shares with those that it
        forks afterwards. The path of a file with keys, one a line, which is
        looked at when a server accepts a connection, at most once a second
        (docs/fleet.md). 'redis://...' or, over TLS, 'rediss://...': keys that
        the servers of a fleet make and share. Or 'airlock-key:NAME', a key of
        the key service: then it never enters this process.
      rotation: how many seconds a key of its own, or of a fleet, seals tickets;
        at most a week.
      lifetime: how many seconds a ticket can be used; at most a week. Contexts
        have two hours, or less if this is less.
      fleet_key: with Redis: 32 random bytes, the same on all servers, that keep
        the keys secret from Redis; or their 64 hexadecimal digits; or an object
        with read(), such as an open file.
      ca_certs: with rediss://: the CAs that the server is verified against: a
        path, an object with read(), or PEM text. None: the platform's.

    Raises:
      OSError: ca_certs cannot be read.
      ValueError: the file cannot be used, or an argument is invalid. If Redis
        cannot be reached, that is logged, and `state` says so.
    """

    def __init__(self, source=None, rotation=12 * 3600, lifetime=2 * 3600,
                 fleet_key=None, ca_certs=None):
        import _ssl
        self._handle = _call(_ssl, '_ticket_keyring', source or '', rotation,
                             lifetime, fleet_key, ca_certs)

    def rotate(self):
        """Makes a new key of its own, and keeps the one before.

        Raises:
          ValueError: the keys are not its own.
        """
        import _ssl
        _ssl._ticket_keyring_rotate(self._handle)

    @property
    def state(self):
        """A TicketState.

        keys: the number of keys; 0 with the key service, which has them.
        seals: whether new tickets are made.
        sealed, not_sealed, opened, unknown, invalid: counts of tickets since
          the keyring was made. `unknown`: of a key that is not here.
        failure: why the key service makes none, or the file or Redis could not
          be read when it was last tried; or None.
        """
        import _ssl
        return TicketState(*_ssl._ticket_keyring_state(self._handle))


def use_tickets(context, keyring):
    """Seals and opens a server's session tickets with the keys of a keyring.

    Sessions then resume at any context that uses the keyring, or another one
    with the same keys, if the contexts verify clients in the same way.

    Args:
      context: an ssl.SSLContext for servers.
      keyring: a TicketKeyring.
    """
    if not isinstance(keyring, TicketKeyring):
        raise TypeError('keyring must be an airlock.TicketKeyring')
    _call(context, '_use_tickets', keyring._handle)
