#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# A module of Bazel 7 or later depends on Airlock, and replaces one of its
# sources. Analyses; compiles nothing. Bazel needs its registry, or another one:
#   usage: module_test.sh AIRLOCK_FOLDER [BAZEL_FLAG...]

set -euo pipefail
airlock=$(realpath "$1")
shift
version=$(bazel --version)
if [[ ! $version =~ ^bazel\ ([0-9]+)\. ]] || ((BASH_REMATCH[1] < 7)); then
  echo "SKIPPED: this is $version"
  exit
fi

theirs=$(mktemp --directory)
trap 'rm --recursive --force "$theirs"' EXIT
cat >"$theirs/MODULE.bazel" <<END
module(name = "theirs")

bazel_dep(name = "airlock", version = "1.0.0")
local_path_override(
    module_name = "airlock",
    path = "$airlock",
)

sources = use_extension("@airlock//third_party:extensions.bzl", "sources")
override_repo(sources, zlib = "my_zlib")

new_local_repository = use_repo_rule("@bazel_tools//tools/build_defs/repo:local.bzl", "new_local_repository")

new_local_repository(
    name = "my_zlib",
    build_file_content = "cc_library(name = 'zlib', visibility = ['//visibility:public'])",
    path = "zlib",
)
END
mkdir "$theirs/zlib"
cat >"$theirs/BUILD" <<'END'
cc_library(
    name = "all",
    deps = [
        "@airlock//:airlock",
        "@airlock//platform/http",
        "@airlock//platform/http/server",
    ],
)
END
cd "$theirs"
bazel build --nobuild --noenable_workspace "$@" //:all
uses=$(bazel cquery --noenable_workspace "$@" \
  'filter("zlib$", deps(@airlock//ssl:certificate_compression))')
if [[ $uses != *my_zlib* ]]; then
  echo "FAIL: Airlock uses its own zlib: $uses" >&2
  exit 1
fi
echo PASSED
