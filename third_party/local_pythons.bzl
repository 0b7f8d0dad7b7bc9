# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The Python interpreters of this machine: their headers, and where they are."""

# Printed by each interpreter (2.7 too), a line each.
_ASK = """
from __future__ import print_function
import os, sys, sysconfig
suffix = sysconfig.get_config_var("EXT_SUFFIX") or ".so"
# "t" marks a free-threaded build.
threaded = "t" if "t" in getattr(sys, "abiflags", "") else ""
print("%d.%d" % sys.version_info[:2] + threaded)
print("%d.%d.%d" % sys.version_info[:3] + threaded)
print(os.path.realpath(sys.executable))
print(".so" if sys.version_info[0] == 2 else suffix)
folders = [sysconfig.get_path("include"), sysconfig.get_path("platinclude")]
good = [f for f in folders if os.path.exists(os.path.join(f, "Python.h"))]
print(good[0] if good else "")
# Debian puts one header where only the compiler's own paths lead.
multiarch = sysconfig.get_config_var("MULTIARCH") or ""
print(os.path.join(os.path.dirname(good[0]), multiarch) if good and multiarch else "")
"""

_ASK_TESTS = """
import os, test
folder = os.path.dirname(test.__file__)
print(os.path.exists(os.path.join(folder, "test_ssl.py")))
"""

_OLDEST = {"2": 7, "3": 6, "3t": 13}

def _fetched(rctx, home):
    """Those that tools/get_python has fetched."""
    cache = rctx.os.environ.get("XDG_CACHE_HOME")
    if not cache and home:
        cache = home + "/.cache"
    folder = rctx.path(cache + "/airlock-pythons") if cache else None
    if not folder or not folder.exists:
        return []
    return [
        f + "/python"
        for f in sorted([str(f) for f in folder.readdir()])
        if rctx.path(f + "/python").exists
    ]

def _candidates(rctx):
    """Interpreters to ask, in order of preference."""
    listed = rctx.os.environ.get("AIRLOCK_PYTHONS")
    if listed != None:
        return [p for p in listed.replace(",", ":").split(":") if p]
    result = [str(p) for p in [
        rctx.which("python3"),
        rctx.which("python2.7"),
    ] if p]
    for path in ["/usr/bin/python3", "/usr/bin/python2.7"]:
        if rctx.path(path).exists:
            result.append(path)
    home = rctx.os.environ.get("HOME")
    versions = rctx.path("%s/.pyenv/versions" % home) if home else None
    if versions and versions.exists:
        for folder in sorted([str(f) for f in versions.readdir()]):
            if rctx.path(folder + "/bin/python").exists:
                result.append(folder + "/bin/python")
    return result + _fetched(rctx, home)

def _ask(rctx, python):
    """What `python` says of itself, or None where it does not run."""
    answer = rctx.execute([python, "-c", _ASK])
    lines = answer.stdout.split("\n")
    if answer.return_code != 0 or len(lines) < 6:
        return None
    tests = rctx.execute([python, "-c", _ASK_TESTS])
    return struct(
        version = lines[0],
        release = lines[1],
        executable = lines[2],
        suffix = lines[3],
        include = lines[4],
        multiarch = lines[5],
        has_tests = tests.stdout.strip() == "True",
    )

def _supported(version):
    major, _, minor = version.partition(".")
    if minor.endswith("t"):
        major, minor = major + "t", minor[:-1]
    return major in _OLDEST and minor.isdigit() and int(minor) >= _OLDEST[major]

def _headers(rctx, python):
    """Links the headers; a cc_library of them."""
    folder = "include-" + python.version
    rctx.symlink(python.include, folder + "/python")
    includes = [folder + "/python"]
    inner = python.include.rpartition("/")[2]
    if python.multiarch:
        pyconfig = "%s/%s" % (python.multiarch, inner)
        if rctx.path(pyconfig).exists:
            triplet = python.multiarch.rpartition("/")[2]
            rctx.symlink(pyconfig, "%s/multiarch/%s/%s" % (folder, triplet, inner))
            includes.append(folder + "/multiarch")
    return """
cc_library(
    name = "headers-%s",
    hdrs = glob(["%s/**/*.h"]),
    includes = %r,
)
""" % (python.version, folder, includes)

def _fields(python):
    """The fields as plain values, which can be written to a file."""
    return {
        "version": python.version,
        "release": python.release,
        "executable": python.executable,
        "suffix": python.suffix,
        "has_tests": python.has_tests,
    }

def _local_pythons_impl(rctx):
    build = "package(default_visibility = [\"//visibility:public\"])\n"
    modules = {}
    interpreters = {}
    report = []
    for candidate in _candidates(rctx):
        python = _ask(rctx, candidate)
        if not python:
            report.append("%s: does not run" % candidate)
        elif python.executable in interpreters:
            continue
        elif not _supported(python.version):
            report.append("%s (%s): not supported" % (python.executable, python.release))
        elif not python.include:
            report.append("%s (%s): has no headers (Debian: install python3-dev)" % (python.executable, python.release))
        else:
            interpreters[python.executable] = python
            if python.version not in modules:
                modules[python.version] = python
                build += _headers(rctx, python)
            report.append("%s (%s): %s" % (
                python.executable,
                python.release,
                "headers and tests" if python.has_tests else "headers, no test library",
            ))
    if not modules:
        report.append("No module is built: no Python with headers was found.")
    rctx.file("BUILD", build + "exports_files([\"report.txt\"])\n")
    rctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % rctx.name)
    rctx.file("report.txt", "\n".join(report) + "\n")
    rctx.file("pythons.bzl", "MODULES = %r\nINTERPRETERS = %r\n" % (
        [_fields(p) for p in modules.values()],
        [_fields(p) for p in interpreters.values()],
    ))

local_pythons = repository_rule(
    implementation = _local_pythons_impl,
    doc = """Finds the interpreters that have headers.

They are python3 and python2.7 of PATH and of /usr/bin, and those of
~/.pyenv/versions, and those of tools/get_python; or, in their place, the
colon-separated paths in AIRLOCK_PYTHONS. `bazel sync --configure` looks again.
""",
    configure = True,
    local = True,
    environ = ["AIRLOCK_PYTHONS", "HOME", "PATH", "XDG_CACHE_HOME"],
)
