# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""`airlock serve`, for a class of tests."""
import os
import re
import subprocess
import tempfile


class PageServer(object):
    """Serves until the tests of `case` are done: an echo, or `page`."""

    def __init__(self, case, airlock, flags, page=None):
        command = [airlock, 'serve', '--port=0'] + flags
        if page is not None:
            root = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
            with open(os.path.join(root, 'page'), 'w',
                      encoding='utf-8') as file:
                file.write(page)
            command += ['--root', root]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env={}, universal_newlines=True)
        case.addClassCleanup(self._stop)
        line = ''
        while 'Listening on' not in line:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError('airlock serve ended')
        self.port = re.search(r'127\.0\.0\.1:([0-9]+)', line).group(1)

    def _stop(self):
        self._process.terminate()
        self._process.stdout.close()
        self._process.wait()
