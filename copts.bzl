# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""How Airlock's own code is compiled, beside what .bazelrc says of all."""

AIRLOCK_COPTS = [
    # Unlike the dependencies (.bazelrc): our own names are what libairlock.so
    # is for, and //:airlock leaves the internal ones out.
    "-fvisibility=default",

    # No program replaces one of our functions with its own, so that the
    # compiler may inline an exported function into its neighbours.
    "-fno-semantic-interposition",

    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wcast-qual",
    "-Wformat=2",
    "-Wimplicit-fallthrough",
    "-Wmissing-declarations",
    "-Wnon-virtual-dtor",
    "-Woverloaded-virtual",
    "-Wpointer-arith",
    "-Wshadow",
    "-Wundef",
    "-Wvla",
    "-Wwrite-strings",

    # Abseil's headers become a system's, whose warnings are not ours. (The
    # other dependencies' BUILD files say so themselves.)
    "-isystem",
    "external/com_google_absl",
]

# For what runs once in a process: half the size. Not where somebody debugs.
AIRLOCK_SMALL_COPTS = AIRLOCK_COPTS + select({
    "//:optimized": ["-Os"],
    "//conditions:default": [],
})
