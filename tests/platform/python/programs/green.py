# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Has eventlet or gevent patch the standard library, where argv[1] asks for it.

The first import of a program: what is imported before it, is not patched.
"""
import sys

NAME = sys.argv[1]

if NAME.startswith('eventlet'):
    import eventlet
    eventlet.monkey_patch()
elif NAME.startswith('gevent'):
    from gevent import monkey
    monkey.patch_all()
