# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""CPython's own test suites against our module."""

load("//platform/python:modules.bzl", "module_target")

# What uses ssl, beside test_ssl itself.
_SUITES = [
    "test_ftplib",
    "test_httplib",
    "test_imaplib",
    "test_poplib",
    "test_smtplib",
    "test_urllib2_localnet",
]

# The versions that expected.txt knows.
_VERSIONS = ["2.7", "3.8", "3.11", "3.13"]

def _suites_of(version):
    if version == "2.7":
        return ["test_ssl", "test_nntplib"] + _SUITES
    asyncio = ["test_asyncio.test_sslproto"]
    minor = int(version.partition(".")[2])
    if minor >= 11:
        return ["test_ssl", "test_asyncio.test_ssl"] + asyncio + _SUITES
    return ["test_ssl"] + ["test." + suite for suite in asyncio] + _SUITES

def python_suites(modules, interpreters):
    """A test for each interpreter that has its test library."""
    built = {python["version"]: python for python in modules}
    for python in interpreters:
        if not python["has_tests"] or python["version"] not in _VERSIONS:
            continue
        module = "//platform/python:" + module_target(built[python["version"]])
        native.sh_test(
            name = "suites_" + python["executable"].strip("/").replace("/", "_"),
            size = "large",
            srcs = ["exec.sh"],
            args = [
                python["executable"],
                "$(location run_suites.py)",
                "$(location %s)" % module,
                "$(location recorder.py)",
                "$(location expected.txt)",
            ] + _suites_of(python["version"]),
            data = [
                "expected.txt",
                "recorder.py",
                "run_suites.py",
                module,
            ],
            # They open many ports and wait a lot. A Python that was built
            # without a sanitizer does not load what was built with one.
            tags = [
                "block-network",
                "no-sanitizer",
            ],
        )
