# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that run in each Python that was found."""

load("//platform/python:modules.bzl", "module_label")

# CPython's own suites that use `ssl`, and the versions that have them.
_SUITES = {
    "test_ssl": ("2.7", "3.15"),
    "test_httplib": ("2.7", "3.15"),
    "test_ftplib": ("2.7", "3.15"),
    "test_poplib": ("2.7", "3.15"),
    "test_imaplib": ("2.7", "3.15"),
    "test_smtplib": ("2.7", "3.15"),
    "test_urllib2_localnet": ("2.7", "3.15"),
    "test_nntplib": ("2.7", "3.12"),
    "test_asyncio.test_sslproto": ("3.8", "3.15"),
    "test_asyncio.test_ssl": ("3.11", "3.15"),
    "test_asyncio.test_sendfile": ("3.8", "3.15"),
    # Before 3.13, Bazel's TMPDIR is too long for its UNIX sockets.
    "test_asyncio.test_streams": ("3.13", "3.15"),
    "test_httpservers": ("3.14", "3.15"),
}

# Slow suites, except test_ssl, run only in these, which differ most.
_EVERYTHING = ["2.7", "3.8", "3.11", "3.13"]

# Those of tools/get_python, which few machines have: slow suites run in them, too.
_NEWEST = ["3.14", "3.15", "3.13t", "3.14t", "3.15t"]

def _number(version):
    major, _, minor = version.rstrip("t").partition(".")
    return int(major) * 1000 + int(minor)

def thorough(modules):
    """Those of the modules' Pythons in which everything runs."""
    return [python for python in modules if python["version"] in _EVERYTHING]

def newest(modules):
    """Those of the modules' Pythons that tools/get_python gets."""
    return [python for python in modules if python["version"] in _NEWEST]

def python_test(
        name,
        python,
        script,
        args = [],
        data = [],
        sanitized = False,
        **kwargs):
    """A script that runs in one Python, with its module.

    Args:
      name: of the target, without the version.
      python: one of @local_pythons//:pythons.bzl's MODULES or INTERPRETERS.
      script: its first file.
      args: its arguments.
      data: further files.
      sanitized: whether it runs with a module that has a sanitizer, too.
      **kwargs: of the sh_test.
    """
    module = module_label(python)
    native.sh_test(
        name = "%s-%s" % (name, python["release"]),
        srcs = ["run_python.sh"],
        args = [
            python["executable"],
            "$(rootpath %s)" % module,
            "$(rootpath %s)" % script,
        ] + args,
        data = [
            module,
            script,
            "//platform/python:package",
        ] + data,
        # Only loopback is available.
        tags = [
            "block-network",
            "no-tsan" if sanitized else "no-sanitizer",
            "python" + python["version"],
        ],
        **kwargs
    )

def _with_modules(modules, interpreters):
    """One interpreter for each release, of those that a module is built for."""
    suffixes = {python["version"]: python["suffix"] for python in modules}
    result = {}
    for python in interpreters:
        known = result.get(python["release"])
        if (suffixes.get(python["version"]) == python["suffix"] and
            not (known and known["has_tests"])):
            result[python["release"]] = python
    return result.values()

def cpython_suites(modules, interpreters):
    """CPython's own suites, in each interpreter that has them."""
    for python in _with_modules(modules, interpreters):
        if not python["has_tests"]:
            continue
        for suite, (first, last) in _SUITES.items():
            version = python["version"]
            if not (_number(first) <= _number(version) and
                    _number(version) <= _number(last)):
                continue
            if suite != "test_ssl" and version not in _EVERYTHING + _NEWEST:
                continue
            python_test(
                name = suite,
                size = "medium",
                timeout = "long",
                python = python,
                sanitized = suite == "test_ssl",
                script = "judge_suite.py",
                args = [suite, "$(rootpath known_gaps.txt)"],
                data = [
                    "known_gaps.txt",
                    "record_verdicts.py",
                ],
            )
