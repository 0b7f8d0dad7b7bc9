# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The module that airlock.pth loads in each process; it imports nothing new.

The finder itself, airlock/_finder.py, is read only when something imports
`_ssl`, and by its path: the program may have changed sys.path by then.
"""
import os  # Already imported by site.
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))


class Finder(object):
    """Forwards imports of `_ssl` to airlock._finder."""

    airlock = True  # For airlock.installed().

    def find_spec(self, name, path=None, target=None):
        if name == '_ssl':
            return _finder().find_spec(name, path, target)
        return None

    if sys.version_info[0] < 3:
        def find_module(self, name, path=None):
            return _finder() if name == '_ssl' else None


def _finder():
    path = os.path.join(_FOLDER, 'airlock', '_finder.py')
    names = {'__name__': 'airlock._finder', '__file__': path}
    try:
        with open(path) as file:
            text = file.read()
    except (IOError, OSError) as error:
        raise ImportError('Airlock is damaged: %s; install its wheel again'
                          % (error,))
    exec(compile(text, path, 'exec'), names)
    return names['_Finder']()


def install():
    """Makes `import ssl` use Airlock from now on, unless already imported.

    The import of `ssl` reports errors: those of a .pth file are ignored.
    """
    if '_ssl' not in sys.modules and not any(
            getattr(finder, 'airlock', False) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
