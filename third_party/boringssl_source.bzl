# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""BoringSSL: Debian's tarball, or with --config=upstream a commit of upstream."""

load(":debian_source.bzl", "DEBIAN_SOURCE_ATTRS", "unpack_debian_source")

def _git(rctx, arguments):
    return rctx.execute(
        ["git"] + arguments,
        timeout = 3600,
        environment = {"GIT_TERMINAL_PROMPT": "0"},
    )

def _upstream(rctx):
    commit = rctx.os.environ.get("AIRLOCK_BORINGSSL_COMMIT") or rctx.attr.upstream_commit
    if len(commit) != 40 or commit.lower().strip("0123456789abcdef"):
        fail("@%s: AIRLOCK_BORINGSSL_COMMIT is \"%s\"; it must be a whole commit hash, 40 hexadecimal digits" % (rctx.name, commit))
    remote = rctx.os.environ.get("AIRLOCK_BORINGSSL_REMOTE")
    if not remote:
        fail("@%s: --config=upstream needs the address of BoringSSL's git repository, which third_party/README.md explains: add --repo_env=AIRLOCK_BORINGSSL_REMOTE=URL, or a clone's absolute path" % rctx.name)
    if remote.startswith("-"):
        fail("@%s: AIRLOCK_BORINGSSL_REMOTE is \"%s\", which is no address" % (rctx.name, remote))
    if not rctx.which("git"):
        fail("@%s: --config=upstream needs git: install the package git" % rctx.name)
    for arguments in [
        ["init", "--quiet", "."],
        # The hash says what the content is, wherever it comes from.
        ["fetch", "--quiet", "--depth=1", remote, commit],
        ["-c", "advice.detachedHead=false", "checkout", "--quiet", commit],
    ]:
        result = _git(rctx, arguments)
        if result.return_code != 0:
            fail("@%s: `git %s` failed: %s" % (rctx.name, " ".join(arguments), result.stderr.strip()))
    if not rctx.path("gen/sources.bzl").exists:
        fail("@%s: commit %s has no gen/sources.bzl: it is not BoringSSL of 2024 or later" % (rctx.name, commit))
    rctx.delete(".git")
    rctx.delete("BUILD.bazel")
    rctx.delete("MODULE.bazel")
    rctx.symlink(rctx.attr._upstream_build, "BUILD.bazel")
    rctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % rctx.name)

def _boringssl_source_impl(rctx):
    engine = rctx.os.environ.get("AIRLOCK_BORINGSSL", "debian")
    if engine == "upstream":
        _upstream(rctx)
    elif engine == "debian":
        unpack_debian_source(rctx)
    else:
        fail("@%s: AIRLOCK_BORINGSSL is \"%s\"; it must be \"debian\" or \"upstream\"" % (rctx.name, engine))

boringssl_source = repository_rule(
    implementation = _boringssl_source_impl,
    doc = "BoringSSL as Debian archives it, or as upstream has it.",
    attrs = dict(
        DEBIAN_SOURCE_ATTRS,
        upstream_commit = attr.string(
            mandatory = True,
            doc = "The commit that --config=upstream builds.",
        ),
        _upstream_build = attr.label(
            default = Label("//third_party:boringssl_upstream.BUILD"),
            allow_single_file = True,
        ),
    ),
    environ = [
        "AIRLOCK_BORINGSSL",
        "AIRLOCK_BORINGSSL_COMMIT",
        "AIRLOCK_BORINGSSL_REMOTE",
    ],
)
