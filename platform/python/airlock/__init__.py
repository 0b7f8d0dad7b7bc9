# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""TLS sockets under the platform's policy.

Call install() before anything imports ssl, and this process's own `ssl` runs
over Airlock. wrap_socket and match_hostname, which `ssl` lacks since Python
3.12, are here for every version, and so are the groups and signature
algorithms of Python 3.15; policy() returns the policy in force. watch()
presents certificates that are replaced while a context is used, watch_ca()
trusts CAs that are, spiffe() verifies peers by their SPIFFE IDs, and
use_tickets() shares ticket keys.
"""
from __future__ import absolute_import

from airlock._ech import (
    ech_retry_configs, ech_status, set_ech_configs, set_ech_grease,
    set_ech_keys)
from airlock._finder import install, installed
from airlock._hostname import match_hostname
from airlock._negotiation import (
    certificate_compression, client_sigalg, get_groups, get_sigalgs, group,
    server_sigalg, set_ciphersuites, set_client_sigalgs, set_groups,
    set_server_sigalgs)
from airlock._policy import Policy, Setting, policy
from airlock._spiffe import spiffe
from airlock._tickets import TicketKeyring, TicketState, use_tickets
from airlock._watch import CaWatch, Watch, watch, watch_ca
from airlock._wrap import wrap_socket

__all__ = ['CaWatch', 'Policy', 'Setting', 'TicketKeyring', 'TicketState',
           'Watch', 'certificate_compression', 'client_sigalg',
           'ech_retry_configs', 'ech_status', 'get_groups', 'get_sigalgs',
           'group', 'install', 'installed', 'match_hostname', 'policy',
           'server_sigalg', 'set_ciphersuites', 'set_client_sigalgs',
           'set_ech_configs', 'set_ech_grease', 'set_ech_keys', 'set_groups', 'set_server_sigalgs', 'spiffe', 'use_tickets', 'watch',
           'watch_ca', 'wrap_socket']
__version__ = '1.0.0'
