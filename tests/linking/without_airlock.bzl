# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What users of libairlock compile and link beside it."""

def _is_airlock(label):
    return label.workspace_name == "boringssl" or (
        not label.workspace_name and
        label.package.split("/")[0] in ("ssl", "config", "platform")
    )

def _without_airlock_impl(ctx):
    info = cc_common.merge_cc_infos(
        cc_infos = [dep[CcInfo] for dep in ctx.attr.deps],
    )
    return [
        CcInfo(
            compilation_context = info.compilation_context,
            linking_context = cc_common.create_linking_context(
                linker_inputs = depset([
                    linker_input
                    for linker_input in info.linking_context.linker_inputs.to_list()
                    if not _is_airlock(linker_input.owner)
                ], order = "topological"),
            ),
        ),
    ]

without_airlock = rule(
    implementation = _without_airlock_impl,
    doc = "Libraries and their headers; of Airlock and BoringSSL, the headers only.",
    attrs = {"deps": attr.label_list(providers = [CcInfo])},
)
