# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A folder with a wheel for each Python with headers."""

load("//platform/python:modules.bzl", "module_target")

def _wheels_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    inputs = ctx.files.package + ctx.files.license_texts + ctx.files.start + [ctx.file.tool]
    licenses = [
        "%s=%s" % (name, target[DefaultInfo].files.to_list()[0].path)
        for target, name in ctx.attr.license_texts.items()
    ]
    commands = ["set -e"]
    for target, interpreter in ctx.attr.modules.items():
        module = target[DefaultInfo].files.to_list()[0]
        inputs.append(module)
        words = [interpreter, "-B", ctx.file.tool.path, folder.path] + [
            f.path
            for f in [module] + ctx.files.start
        ] + licenses + [f.path for f in ctx.files.package]
        commands.append(" ".join(["'%s'" % word for word in words]))
    ctx.actions.run_shell(
        outputs = [folder],
        inputs = inputs,
        command = "\n".join(commands),
        mnemonic = "Wheels",
        progress_message = "Packing wheels",
    )
    return [DefaultInfo(
        files = depset([folder]),
        runfiles = ctx.runfiles([folder]),
    )]

_wheels = rule(
    implementation = _wheels_impl,
    attrs = {
        "license_texts": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "The licences of what is inside, and their names there.",
        ),
        "modules": attr.label_keyed_string_dict(
            doc = "Each module's interpreter, which knows the wheel's tags.",
        ),
        "package": attr.label(),
        "start": attr.label_list(
            allow_files = True,
            doc = "What lies beside the package: the .pth, and what it loads.",
        ),
        "tool": attr.label(allow_single_file = True),
    },
)

def python_wheels(name, modules, **kwargs):
    """Declares the folder `name`.

    Args:
      name: of the target.
      modules: @local_pythons//:pythons.bzl's MODULES.
      **kwargs: attributes of the rule.
    """
    _wheels(
        name = name,
        modules = {
            "//platform/python:" + module_target(python): python["executable"]
            for python in modules
        },
        **kwargs
    )
