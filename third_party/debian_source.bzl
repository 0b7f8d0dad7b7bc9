# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Repositories made from the source tarballs that Debian archives."""

def _mirrors(rctx):
    """The archives that this machine's apt is configured with."""
    apt_get = rctx.which("apt-get")
    if not apt_get:
        fail("@%s: apt-get was not found, so there is no mirror to take %s from. Build on Debian, or pass --override_repository=%s=DIR" %
             (rctx.name, rctx.attr.file, rctx.name))
    result = rctx.execute([apt_get, "indextargets", "--format", "$(SITE)"])
    mirrors = []
    for site in result.stdout.splitlines():
        if site and site not in mirrors:
            mirrors.append(site)
    if not mirrors:
        fail("@%s: `apt-get indextargets` names no archive (%s). Add a deb line to /etc/apt/sources.list, or pass --override_repository=%s=DIR" %
             (rctx.name, result.stderr.strip(), rctx.name))
    return mirrors

def _fetch(rctx, archive):
    pool = rctx.attr.package[0]
    if rctx.attr.package.startswith("lib"):
        pool = rctx.attr.package[:4]
    path = "pool/main/%s/%s/%s" % (
        pool,
        rctx.attr.package,
        rctx.attr.file.replace("+", "%2b"),
    )
    tried = []

    # Not every archive has a main pool (security ones have only updates).
    for mirror in _mirrors(rctx):
        url = mirror + "/" + path

        # Apt, not Bazel, downloads: it knows the machine's proxies and keys.
        result = rctx.execute([
            "/usr/lib/apt/apt-helper",
            "-oAPT::Sandbox::User=root",
            "download-file",
            url,
            archive,
            "SHA256:" + rctx.attr.sha256,
        ], timeout = 1800)
        if result.return_code == 0:
            return
        tried.append("%s\n%s" % (url, result.stderr.strip()))
    fail(("@%s: none of apt's archives gave %s. Check the network, or pass --override_repository=%s=DIR. Tried:\n%s") %
         (rctx.name, rctx.attr.file, rctx.name, "\n".join(tried)))

def unpack_debian_source(rctx):
    """Fetches and unpacks the tarball that the attributes of `rctx` name.

    Args:
      rctx: of a rule with DEBIAN_SOURCE_ATTRS.
    """
    archive = "_" + rctx.attr.file
    _fetch(rctx, archive)

    # tar, because the extractor of Bazel 4.2.3 crashes on Debian 13.
    result = rctx.execute([
        "tar",
        "--extract",
        "--no-same-owner",
        "--no-same-permissions",
        "--strip-components=1",
        "--file=" + archive,
        rctx.attr.strip_prefix,
    ], timeout = 1800)
    if result.return_code != 0:
        fail("@%s: tar could not unpack %s:\n%s" %
             (rctx.name, rctx.attr.file, result.stderr))
    rctx.delete(archive)

    if rctx.attr.build_file:
        rctx.delete("BUILD.bazel")
        rctx.symlink(rctx.attr.build_file, "BUILD.bazel")
    if not rctx.path("WORKSPACE").exists:
        rctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % rctx.name)

DEBIAN_SOURCE_ATTRS = {
    "package": attr.string(
        mandatory = True,
        doc = "Debian's name of the source package.",
    ),
    "file": attr.string(
        mandatory = True,
        doc = "The tarball's file name in the pool.",
    ),
    "sha256": attr.string(
        mandatory = True,
        doc = "The tarball's SHA-256 in hexadecimal.",
    ),
    "strip_prefix": attr.string(
        mandatory = True,
        doc = "The tarball's top folder; only what is in it is unpacked.",
    ),
    "build_file": attr.label(
        allow_single_file = True,
        doc = "Takes the place of the tarball's own BUILD file.",
    ),
}

debian_source = repository_rule(
    implementation = unpack_debian_source,
    doc = "Unpacks an upstream tarball from the pool of a Debian archive.",
    attrs = DEBIAN_SOURCE_ATTRS,
)
