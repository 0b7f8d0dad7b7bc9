# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of `airlock run`, in each Python that was found."""

load("//platform/python:modules.bzl", "module_target")

# Those of app.yaml's runtimes.
_VERSIONS = ["2.7"] + ["3.%d" % minor for minor in range(8, 14)]

def run_tests(modules, scripts, data):
    """Declares a test of each script with each Python.

    Args:
      modules: @local_pythons//:pythons.bzl's MODULES.
      scripts: names of Python files here.
      data: what all of them need.
    """
    for python in modules:
        if python["version"] not in _VERSIONS:
            continue
        for script in scripts:
            name = script[:-len(".py")]
            native.sh_test(
                name = "%s_%s" % (name, python["version"]),
                size = "medium",
                srcs = ["python.sh"],
                args = [
                    # The test itself needs Python 3.
                    "/usr/bin/python3",
                    "-B",
                    "$(rootpath %s)" % script,
                    "$(rootpath //platform/cli:airlock)",
                    python["executable"],
                    python["version"],
                ],
                data = data + [
                    script,
                    "//platform/cli:airlock",
                    "//platform/python:package",
                    "//platform/python:" + module_target(python),
                ],
                # See modules.bzl.
                tags = ["no-sanitizer"],
            )
