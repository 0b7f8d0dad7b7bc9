# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is installed, as a Debian package."""

def _deb_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run(
        executable = ctx.executable._make_deb,
        arguments = [ctx.executable.install.path, folder.path],
        outputs = [folder],
        tools = [ctx.attr.install[DefaultInfo].files_to_run],
        mnemonic = "MakeDeb",
        progress_message = "Packing %s" % folder.short_path,
        # Finds Debian's tools, wherever they are.
        use_default_shell_env = True,
    )
    return [DefaultInfo(
        files = depset([folder]),
        runfiles = ctx.runfiles(files = [folder]),
    )]

deb = rule(
    implementation = _deb_impl,
    doc = """A folder with a Debian package of what a program installs.

The package is called as Debian's are, after its version and architecture.
""",
    attrs = {
        # Built for the target, which is where it will be installed.
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
