# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The headers that users of the C++ interface compile with."""

def _is_public(header):
    path = header.short_path
    if path.startswith("../com_google_absl/"):
        return True
    return "/internal/" not in path and (
        path.split("/")[0] in ("ssl", "config", "platform")
    )

def _public_headers_impl(ctx):
    headers = ctx.attr.library[CcInfo].compilation_context.headers.to_list()
    own = [
        header
        for target in ctx.attr.private
        for header in target[CcInfo].compilation_context.direct_headers
    ]
    public = [
        header
        for header in headers
        if _is_public(header) and header not in own
    ]
    return [DefaultInfo(runfiles = ctx.runfiles(files = public))]

public_headers = rule(
    implementation = _public_headers_impl,
    doc = "Airlock's own headers but the internal and private ones, and Abseil's.",
    attrs = {
        "library": attr.label(mandatory = True, providers = [CcInfo]),
        "private": attr.label_list(
            doc = "Libraries whose headers only Airlock's own code includes.",
            providers = [CcInfo],
        ),
    },
)
