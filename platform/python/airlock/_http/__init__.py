# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""An HTTP/1.1 client with fixed rules, for Airlock's modules that fetch.

Client (client.py) is the entry point. Each call has its own connection, one
deadline for everything, and limits on all that a server can make it read.
Certificates are verified unless a request says otherwise, and the platform's
policy allows that.
"""
from __future__ import absolute_import
