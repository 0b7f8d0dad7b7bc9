# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The platform's policy for this process, and its origins."""
from __future__ import absolute_import

import collections

from airlock import _finder


class Setting(collections.namedtuple('Setting', 'value origin overrode')):
    """One setting of the policy; all values are text.

    Fields:
      value: such as 'enforce'; None if it is not set.
      origin: where it is set, such as 'AIRLOCK_VERIFY=enforce',
        '/etc/airlock.yaml:2:17' or 'built in'.
      overrode: overridden settings, as pairs of value and origin.
    """
    __slots__ = ()

    def __str__(self):
        text = '%s (%s)' % (self.value or '-', self.origin)
        for value, origin in self.overrode:
            text += ', not %s (%s)' % (value, origin)
        return text


class Policy(collections.OrderedDict):
    """The policy in force: each Setting by its name, such as 'verification'."""

    def __str__(self):
        return '\n'.join('%s: %s' % item for item in self.items())


def policy():
    """The policy that applies to every context of this process: a Policy.

    It was read when `_ssl` was imported; this imports it if necessary.

    Raises:
      ImportError: Airlock is not installed in this process, or its policy is
        invalid.
    """
    _finder.install()
    import _ssl
    return Policy((name, Setting(value, origin, tuple(overrode)))
                  for name, value, origin, overrode in _ssl.airlock_policy())
