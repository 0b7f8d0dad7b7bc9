# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Repositories made of a few files of this one."""

def _local_files_impl(rctx):
    rctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % rctx.name)
    for label, paths in rctx.attr.files.items():
        for path in paths.split(" "):
            rctx.symlink(label, path)
            folder = path.rpartition("/")[0]
            if not path.endswith("/BUILD") and path != "BUILD":
                rctx.file(folder + "/BUILD")

local_files = repository_rule(
    implementation = _local_files_impl,
    doc = "Links files of another repository into a new one.",
    attrs = {
        "files": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "Where each file goes; several places with spaces between.",
        ),
    },
)
