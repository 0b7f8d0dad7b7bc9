# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""One deadline for all steps of a call."""
from __future__ import absolute_import

import os
import time

from airlock._http import errors

if hasattr(time, 'monotonic'):
    _now = time.monotonic
else:
    def _now():
        """Seconds since the system started: 2.7 has no other steady clock."""
        return os.times()[4]


class Deadline(object):
    """The end of a call, `seconds` from now. Thread-safe."""

    def __init__(self, seconds):
        self._seconds = seconds
        self._end = _now() + seconds

    def remaining(self):
        """The seconds that are left: more than 0.

        Raises:
          errors.DeadlineExceeded: none are left.
        """
        left = self._end - _now()
        if left <= 0:
            raise self.exceeded()
        return left

    def exceeded(self):
        return errors.DeadlineExceeded(
            'the call took longer than its deadline of %g seconds'
            % self._seconds)
