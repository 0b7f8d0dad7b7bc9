# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A plugin of pytest: the suites of gevent's sources, with Debian's gevent.

Debian's package has no gevent.tests; @gevent has them. What gevent's own runner
leaves out is left out here, too.
"""
import os
import sys

from gevent import monkey
monkey.patch_all()

import gevent  # pylint: disable=wrong-import-position,wrong-import-order

gevent.__path__.append(
    os.path.join(os.environ['TEST_SRCDIR'], 'gevent', 'src', 'gevent'))


def pytest_collection_modifyitems(config, items):
    # pylint: disable=import-outside-toplevel,no-name-in-module
    from gevent.testing import patched_tests_setup
    disabled = set(patched_tests_setup.disabled_tests)
    left_out = [item for item in items if '%s.%s.%s' % (
        item.module.__name__, getattr(item.cls, '__name__', ''),
        item.name) in disabled]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
