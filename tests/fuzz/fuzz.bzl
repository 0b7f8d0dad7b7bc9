# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A fuzz target: a test that replays its corpus, and a fuzzer with --config=fuzz."""

load("//:copts.bzl", "AIRLOCK_COPTS")

def fuzz_target(name, corpora = [], deps = [], data = [], size = "small", **kwargs):
    """NAME.cc, with testdata/corpora/NAME (less "_fuzzer") as its corpus.

    tools/fuzz finds the folders of the corpus in NAME.folders. NAME_minute runs the
    fuzzer for a minute and needs --config=fuzz.

    Args:
      name: The target's name; ends with "_fuzzer".
      corpora: Further folders of the tree whose files are inputs.
      deps: What it is linked with beside :fuzz.
      data: Further files; those of `corpora` among them.
      size: As for cc_test.
      **kwargs: As for cc_test.
    """
    folders = ["testdata/corpora/" + name[:-len("_fuzzer")]] + corpora
    native.genrule(
        name = name + "_folders",
        testonly = True,
        outs = [name + ".folders"],
        cmd = "echo '%s' >$@" % " ".join(folders),
    )
    native.cc_test(
        name = name,
        size = size,
        srcs = [name + ".cc"] + select({
            ":with_libfuzzer": [],
            "//conditions:default": ["replay.cc"],
        }),
        args = folders + select({
            ":with_libfuzzer": ["-runs=0"],
            "//conditions:default": [],
        }),
        copts = AIRLOCK_COPTS,
        data = data + ["//testdata:corpora"],
        linkopts = select({
            ":with_libfuzzer": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        deps = deps + [":fuzz"],
        **kwargs
    )
    native.sh_test(
        name = name + "_minute",
        size = "medium",
        srcs = ["minute.sh"],
        args = ["$(rootpath :%s)" % name] + folders,
        data = data + [
            ":" + name,
            "//testdata:corpora",
        ],
        tags = ["manual"],
    )

def fuzz_minutes(name):
    """A test_suite of all targets before it that run a fuzzer for a minute."""
    native.test_suite(
        name = name,
        tags = ["manual"],
        tests = [rule for rule in native.existing_rules() if rule.endswith("_minute")],
    )
