# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What airlock.pth loads in each process: it imports nothing new.

The finder itself, airlock/_finder.py, is read only when something imports
`_ssl`, and by its path: the program may have changed sys.path by then.
"""
import os  # site has it already.
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))


class Finder(object):
    """Passes on who asks for `_ssl` to airlock._finder."""

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
    """`import ssl` uses Airlock from now on, where nothing imported it yet.

    What goes wrong is told by the import of `ssl`: that of a .pth is ignored.
    """
    if '_ssl' not in sys.modules and not any(
            getattr(finder, 'airlock', False) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
