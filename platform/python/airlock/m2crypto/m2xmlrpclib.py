# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""M2Crypto.m2xmlrpclib: XML-RPC over HTTPS."""
import xmlrpc.client
from typing import Any, Optional
from xmlrpc.client import *

from airlock.m2crypto import SSL, httpslib


class SSL_Transport(xmlrpc.client.Transport):
    """The transport of a ServerProxy.

    Args:
      ssl_context: an SSL.Context; None: a new one.
    """

    user_agent = 'M2Crypto_XMLRPC - ' + xmlrpc.client.Transport.user_agent

    def __init__(self, ssl_context: Optional[SSL.Context] = None, *args: Any,
                 **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.ssl_ctx = SSL.Context() if ssl_context is None else ssl_context
        if not isinstance(self.ssl_ctx, SSL.Context):
            raise TypeError('ssl_context must be an SSL.Context, not %s'
                            % type(ssl_context).__name__)

    def make_connection(self, host: Any) -> Any:
        """The connection with `host`, which may hold 'user:password@'."""
        if self._connection and host == self._connection[0]:
            return self._connection[1]
        name, self._extra_headers, _ = self.get_host_info(host)
        self._connection = host, httpslib.HTTPSConnection(
            name, ssl_context=self.ssl_ctx)
        return self._connection[1]
