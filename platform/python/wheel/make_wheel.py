# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Packs the package `airlock` and one `_ssl` into a wheel.

usage: PYTHON make_wheel.py FOLDER MODULE PTH FINDER [NAME=LICENSE]... FILE...

Writes FOLDER/airlock-VERSION-TAGS.whl, with the tags of PYTHON (2.7, or 3.6
onwards), the Python that MODULE was built for. PTH and the FINDER that it loads
are next to the package; FILEs are those of the package; each LICENSE belongs to
a component, and is called NAME in the wheel. The same input gives the same
bytes. (PEP 427, PEP 425.) A FILE keeps its place below the folder `package`.
Before Python 3.8 the wheel has no airlock.m2crypto.
"""
from __future__ import print_function

import base64
import hashlib
import io
import os
import re
import sys
import sysconfig
import zipfile

_METADATA = u"""\
Metadata-Version: 2.1
Name: airlock
Version: %(version)s
Summary: TLS sockets for applications inside a platform: Python's ssl over \
BoringSSL, under the platform's policy
License: %(license)s
%(license_files)s\
Classifier: License :: OSI Approved :: Apache Software License
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: Python :: %(python)s
Classifier: Programming Language :: Python :: Implementation :: CPython
Classifier: Topic :: Security :: Cryptography
Classifier: Typing :: Typed
Requires-Python: ==%(python)s.*

`airlock.install()`, or the file `airlock.pth` that comes with it, makes
`import ssl` run over BoringSSL, under the policy of the platform.
"""

_WHEEL = u"""\
Wheel-Version: 1.0
Generator: airlock
Root-Is-Purelib: false
Tag: %s
"""

# The earliest time that a zip archive supports: a wheel has no other time.
_TIME = (1980, 1, 1, 0, 0, 0)


def _tags():
    """The tags of this interpreter: 'cp311-cp311-linux_x86_64'."""
    python = 'cp%d%d' % sys.version_info[:2]
    if sys.version_info[0] == 2:
        abi = python + ('mu' if sys.maxunicode > 0xffff else 'm')
    else:
        abi = 'cp' + sysconfig.get_config_var('SOABI').split('-')[1]
    platform = re.sub('[-.]', '_', sysconfig.get_platform())
    return '-'.join([python, abi, platform])


def _read(path):
    with open(path, 'rb') as file:
        return file.read()


def _version(package):
    """The package's __version__, which is its only definition."""
    return re.search(r"^__version__ = '([^']+)'$",
                     package['airlock/__init__.py'].decode('ascii'),
                     re.MULTILINE).group(1)


def _record(contents, own_name):
    lines = []
    for name, data in sorted(contents.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
        lines.append('%s,sha256=%s,%d\n' % (
            name, digest.decode('ascii').rstrip('='), len(data)))
    return ''.join(lines + [own_name + ',,\n']).encode('ascii')


def _write(path, contents):
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        # The records come last (PEP 427), so that they follow what they list.
        for name in sorted(contents, key=lambda n: ('.dist-info/' in n, n)):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix
            entry.external_attr = (
                0o755 if name.endswith('.so') else 0o644) << 16
            archive.writestr(entry, contents[name])


def _license(boringssl):
    """What the wheel is under, by the text of BoringSSL's licence."""
    own = ' AND OpenSSL AND ISC' if b'OpenSSL License' in boringssl else ''
    return 'Apache-2.0%s AND MIT AND Zlib' % own


def main():
    folder, module, pth, finder = sys.argv[1:5]
    rest = sys.argv[5:]
    licenses = [word.split('=', 1) for word in rest if '=' in word]
    contents = {path.rpartition('/package/')[2]: _read(path)
                for path in rest if '=' not in path}
    if sys.version_info < (3, 8):
        contents = {name: data for name, data in contents.items()
                    if not name.startswith('airlock/m2crypto/')}
    version = _version(contents)
    contents['airlock/native/' + os.path.basename(module)] = _read(module)
    for path in (pth, finder):
        contents[os.path.basename(path)] = _read(path)
    tags = _tags()
    info = 'airlock-%s.dist-info/' % version
    for name, path in licenses:
        contents[info + name] = _read(path)
    contents[info + 'METADATA'] = (_METADATA % {
        'version': version,
        'license': _license(contents[info + 'LICENSE.boringssl']),
        'license_files': ''.join('License-File: %s\n' % name
                                 for name, _ in licenses),
        'python': '%d.%d' % sys.version_info[:2],
    }).encode('ascii')
    contents[info + 'WHEEL'] = (_WHEEL % tags).encode('ascii')
    contents[info + 'RECORD'] = _record(contents, info + 'RECORD')
    _write(os.path.join(folder, 'airlock-%s-%s.whl' % (version, tags)),
           contents)


if __name__ == '__main__':
    main()
