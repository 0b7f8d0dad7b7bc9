# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Replaces the interpreter's own `_ssl` with Airlock's."""
from __future__ import absolute_import

import os
import sys

if sys.version_info[0] >= 3:
    from importlib.machinery import EXTENSION_SUFFIXES as _SUFFIXES
    from importlib.util import spec_from_file_location as _spec
else:
    import imp as _imp
    _SUFFIXES = ['.so']

_HERE = os.path.dirname(os.path.abspath(__file__))
# Where the module is: in an installed package, and in a build's output.
_FOLDERS = [
    os.path.join(_HERE, 'native'),
    os.path.join(os.path.dirname(os.path.dirname(_HERE)),
                 'py3' if sys.version_info[0] >= 3 else 'py2.7'),
]


class _Finder(object):
    """Finds Airlock's `_ssl` for all importers, whatever the path and flags.

    The module is loaded when `ssl` is imported, not before. If the module is
    missing, or the policy is invalid, that import fails, without a fallback.
    """

    airlock = True  # As in the finder of airlock.pth.

    def find_spec(self, name, path=None, target=None):
        return _spec(name, _module_path()) if name == '_ssl' else None

    if sys.version_info[0] < 3:
        def find_module(self, name, path=None):
            return self if name == '_ssl' else None

        def load_module(self, name):
            return _imp.load_dynamic(name, _module_path())


def _module_path():
    for folder in _FOLDERS:
        for suffix in _SUFFIXES:
            path = os.path.join(folder, '_ssl' + suffix)
            if os.path.exists(path):
                return path
    raise ImportError(
        'Airlock has no _ssl%s for this Python (%s) in %s; install the wheel '
        'that was built for this version' % (
            _SUFFIXES[0], sys.executable, ' or '.join(_FOLDERS)))


def _is_airlock(module):
    return 'Airlock' in getattr(module, 'OPENSSL_VERSION', '')


def installed():
    """Whether Airlock's `_ssl` has been imported, or install() was called."""
    if '_ssl' in sys.modules:
        return _is_airlock(sys.modules['_ssl'])
    return any(getattr(finder, 'airlock', False) for finder in sys.meta_path)


def _importers():
    """The modules that hold the stock ssl."""
    ssl = sys.modules.get('ssl')
    return sorted(name for name, module in list(sys.modules.items())
                  if ssl is not None and name != 'ssl'
                  and getattr(module, '__dict__', {}).get('ssl') is ssl)


def install():
    """Makes `import ssl` use Airlock in this process, from now on.

    It may be called again. In a sub-interpreter call it there, too.

    Raises:
      ImportError: the stock _ssl is already imported, and modules that hold it
        would not follow the platform's policy; or this installation has no
        module for this version of Python.
    """
    if installed():
        return
    if '_ssl' in sys.modules:
        importers = _importers()
        raise ImportError(
            'ssl is already imported, with %s%s. Call airlock.install() before '
            'anything imports ssl (in Python 2, socket does): as the first '
            'thing in the main program, or for all programs through the file '
            'airlock.pth in site-packages.' % (
                getattr(sys.modules['_ssl'], 'OPENSSL_VERSION', 'another _ssl'),
                ' (by %s)' % ', '.join(importers) if importers else ''))
    # Add the finder first: if the check fails and the error is ignored (a .pth
    # file's errors are printed only), `import ssl` fails, too.
    sys.meta_path.insert(0, _Finder())
    _module_path()
