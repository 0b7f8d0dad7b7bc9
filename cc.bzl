# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Airlock's own libraries and tests: one header, one target."""

load(":copts.bzl", "AIRLOCK_COPTS")

def airlock_library(name, folder = "", srcs = None, hdrs = None, copts = AIRLOCK_COPTS, **kwargs):
    """A cc_library of NAME.h and NAME.cc.

    Args:
      name: The target's name, and that of its files.
      folder: The folder of the files below the package, such as "internal".
      srcs: The sources instead, [] for a library of a header only.
      hdrs: The headers instead.
      copts: How it is compiled.
      **kwargs: As for cc_library.
    """
    path = folder + "/" + name if folder else name
    native.cc_library(
        name = name,
        srcs = [path + ".cc"] if srcs == None else srcs,
        hdrs = [path + ".h"] if hdrs == None else hdrs,
        copts = copts,
        **kwargs
    )

def airlock_test(name, srcs = None, deps = [], size = "small", copts = AIRLOCK_COPTS, **kwargs):
    """A cc_test of NAME.cc with GoogleTest's main().

    Args:
      name: The target's name, and that of its file.
      srcs: The sources instead.
      deps: What it is linked with beside GoogleTest.
      size: As for cc_test.
      copts: How it is compiled.
      **kwargs: As for cc_test.
    """
    native.cc_test(
        name = name,
        size = size,
        srcs = [name + ".cc"] if srcs == None else srcs,
        copts = copts,
        deps = deps + ["@com_google_googletest//:gtest_main"],
        **kwargs
    )
