# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Certificates that the tests of airlock.watch replace."""
import os
import tempfile

from connections import cert


def read(name):
    with open(cert(name)) as file:
        return file.read()


class Files(object):
    """A certificate and its key, replaced by renaming."""

    def __init__(self, name):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.certfile = os.path.join(self.folder, 'tls.crt')
        self.keyfile = os.path.join(self.folder, 'tls.key')
        self.put(name)

    def put(self, name):
        self.write(self.certfile, read(name + '_chain.pem'))
        self.write(self.keyfile, read(name + '.key'))

    def write(self, path, text):
        with open(path + '.new', 'w') as file:
            file.write(text)
        os.rename(path + '.new', path)


def subject(connection):
    return dict(pair[0] for pair in connection.getpeercert()['subject'])[
        'commonName']
