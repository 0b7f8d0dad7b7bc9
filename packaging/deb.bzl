# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is installed, as a Debian package."""

def _deb_impl(ctx):
    package = ctx.actions.declare_file(ctx.label.name + "/airlock.deb")
    ctx.actions.run(
        executable = ctx.executable._make_deb,
        arguments = [ctx.executable.install.path, package.path],
        outputs = [package],
        tools = [ctx.attr.install[DefaultInfo].files_to_run],
        mnemonic = "MakeDeb",
        progress_message = "Packing %s" % package.short_path,
        # Debian's tools, wherever they are.
        use_default_shell_env = True,
    )
    return [DefaultInfo(
        files = depset([package]),
        runfiles = ctx.runfiles(files = [package]),
    )]

deb = rule(
    implementation = _deb_impl,
    doc = "Makes a Debian package of what `install`, a program, installs.",
    attrs = {
        # Not for the machine that builds: it is what will be installed.
        "install": attr.label(
            mandatory = True,
            executable = True,
            cfg = "target",
        ),
        "_make_deb": attr.label(
            default = "//packaging:make_deb",
            executable = True,
            cfg = "host",
        ),
    },
)
