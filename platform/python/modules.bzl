# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A module `_ssl` for each Python with headers."""

load("//:copts.bzl", "AIRLOCK_COPTS")

def module_folder(python):
    """Where the module of a Python lies: all of Python 3 share one folder."""
    return "py2.7" if python["version"] == "2.7" else "py3"

def module_target(python):
    return "%s/_ssl%s" % (module_folder(python), python["suffix"])

def module_label(python):
    """The module that is built for this Python."""
    return "//platform/python:" + module_target(python)

def debians(modules, interpreters):
    """Debian's own Python 3, which has Debian's packages; or nothing."""
    suffixes = [python["suffix"] for python in modules]
    return [
        python
        for python in interpreters
        if (python["executable"].startswith("/usr/bin/python3") and
            python["suffix"] in suffixes)
    ]

def python_modules(modules, srcs, deps):
    """Declares the modules.

    Args:
      modules: @local_pythons//:pythons.bzl's MODULES.
      srcs: what depends on Python's headers.
      deps: what does not.
    """
    for python in modules:
        native.cc_binary(
            name = module_target(python),
            srcs = srcs,
            copts = AIRLOCK_COPTS + (
                # Their headers use char* for literals.
                ["-Wno-write-strings"] if python["version"] in ["2.7", "3.6"] else []
            ),
            linkopts = [
                "-Wl,--version-script,$(location :exports.lds)",
            ] + select({
                # Airlock has its own C++ runtime, like its own BoringSSL: it
                # loads faster. The toolchain's -lstdc++ comes later, and finds
                # nothing to do. libgcc_s stays shared, because Python ends its
                # daemon threads through it.
                "//:optimized": ["-l:libstdc++.a", "-Wl,--as-needed"],
                # Sanitizers intercept what throws.
                "//conditions:default": [],
            }),
            linkshared = True,
            # See .bazelrc.
            tags = ["no-tsan"],
            visibility = ["//visibility:public"],
            deps = deps + [
                ":exports.lds",
                "@local_pythons//:headers-" + python["version"],
            ],
        )
