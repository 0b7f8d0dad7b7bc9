# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Every repository that Airlock is built from.

A WORKSPACE that takes Airlock in calls airlock_repositories() as ours does;
what it has declared before that call stays as it declared it.
"""

load(":boringssl_source.bzl", "boringssl_source")
load(":debian_source.bzl", "debian_source")
load(":local_files.bzl", "local_files")
load(":local_pythons.bzl", "local_pythons")

def _maybe(rule, name, **kwargs):
    if name not in native.existing_rules():
        rule(name = name, **kwargs)

def airlock_sources():
    """Declares the sources of Airlock's dependencies."""
    _maybe(
        boringssl_source,
        name = "boringssl",
        package = "android-platform-external-boringssl",
        file = "android-platform-external-boringssl_14.0.0+r45.orig.tar.xz",
        sha256 = "f9223e8c15ad5d9e3f1cd50861f4c272658864661e2332bea5d60952aa0930cd",
        strip_prefix = "android-platform-external-boringssl-14.0.0+r45",
        upstream_commit = "a0689af29e8e460f1e5380e0fb74cef1b342e810",
    )
    _maybe(
        debian_source,
        name = "com_google_absl",
        package = "abseil",
        file = "abseil_20240722.0.orig.tar.gz",
        sha256 = "df6d1f5ef540725f3851201176a60486aab332410788465c9877910bb471c34a",
        strip_prefix = "abseil-20240722.0",
    )
    _maybe(
        debian_source,
        name = "com_google_googletest",
        package = "googletest",
        file = "googletest_1.12.1.orig.tar.gz",
        sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
        strip_prefix = "googletest-release-1.12.1",
    )
    _maybe(
        debian_source,
        name = "com_github_google_benchmark",
        package = "benchmark",
        file = "benchmark_1.7.1.orig.tar.gz",
        sha256 = "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7",
        strip_prefix = "benchmark-1.7.1",
    )
    _maybe(
        debian_source,
        name = "yaml-cpp",
        package = "yaml-cpp",
        file = "yaml-cpp_0.8.0+dfsg.orig.tar.xz",
        sha256 = "32c85a5f36633a9005b20261b35fccb0d8ec69e9ef16c67de7d5d007944e3709",
        strip_prefix = "jbeder-yaml-cpp-f732014",
    )
    _maybe(
        debian_source,
        name = "nlohmann_json",
        package = "nlohmann-json3",
        file = "nlohmann-json3_3.11.3.orig.tar.gz",
        sha256 = "0d8ef5af7f9794e3263480193c491549b2ba6cc74bb018906202ada498a79406",
        strip_prefix = "json-3.11.3",
    )
    _maybe(
        debian_source,
        name = "zlib",
        package = "zlib",
        file = "zlib_1.3.dfsg+really1.3.1.orig.tar.gz",
        sha256 = "60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb",
        strip_prefix = "zlib-1.3.1",
        build_file = Label("//third_party:zlib.BUILD"),
    )
    _maybe(
        debian_source,
        name = "gevent",
        package = "python-gevent",
        file = "python-gevent_24.11.1.orig.tar.gz",
        sha256 = "e61b5633bf4e15e121fe9ad0273c3479d40bc49e042bd03a1c9f1213233e329f",
        strip_prefix = "gevent-24.11.1",
        build_file = Label("//third_party:gevent.BUILD"),
    )
    _maybe(
        debian_source,
        name = "m2crypto",
        package = "m2crypto",
        file = "m2crypto_0.42.0.orig.tar.gz",
        sha256 = "f182a188350277ec813dab0c4cb9bcfcf9284bbdad916fa2e61c288cbdb8b4cd",
        strip_prefix = "m2crypto-0.42.0",
        build_file = Label("//third_party:m2crypto.BUILD"),
    )
    _maybe(local_pythons, name = "local_pythons")

def airlock_repositories():
    """Declares Airlock's dependencies, and what Bazel 4.2.3 lacks."""
    airlock_sources()
    _bazel_repositories()

def _bazel_repositories():
    """What Bazel 4.2.3 would otherwise download, from Debian's packages."""
    _maybe(
        native.local_repository,
        name = "bazel_skylib",
        path = "/usr/share/bazel/tools/skylib",
    )

    # Bazel's embedded copy lacks CPUs that Abseil names.
    _maybe(
        native.local_repository,
        name = "platforms",
        path = "/usr/share/bazel/tools/platforms",
    )
    _maybe(
        native.local_repository,
        name = "rules_java",
        path = "/usr/share/bazel/rules/java",
    )
    _maybe(
        native.local_repository,
        name = "rules_proto",
        path = "/usr/share/bazel/rules/proto",
    )

    # Debian's rules_cc is too new for its Bazel.
    _maybe(
        local_files,
        name = "rules_cc",
        files = {
            # A file for each rule is what Abseil of 2025 and later loads.
            Label("//third_party:rules_cc_defs.bzl"): " ".join([
                "cc/defs.bzl",
                "cc/cc_binary.bzl",
                "cc/cc_library.bzl",
                "cc/cc_test.bzl",
            ]),
            Label("//third_party:rules_cc_compiler.BUILD"): "cc/compiler/BUILD",
        },
    )

    # Every test names it, and only `bazel coverage` runs it.
    _maybe(
        local_files,
        name = "remote_coverage_tools",
        files = {Label("//third_party:coverage_tools.BUILD"): "BUILD"},
    )
