#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Another workspace takes Airlock in as third_party/README.md says, and Bazel
# knows how to build a program of its with it. (That far, not further: to
# compile all again under other names would take minutes.)
#   usage: bazel_test.sh WORKSPACE README PROGRAM ABSEIL_LICENSE
# The dependencies are those of this build, so nothing is fetched.

set -euo pipefail
readonly README=$2 PROGRAM=$3
airlock=$(dirname "$(readlink --canonicalize "$1")")
external=$(dirname "$(dirname "$(readlink --canonicalize "$4")")")

overrides=()
for repository in boringssl com_google_absl nlohmann_json yaml-cpp; do
  if [[ ! -d $external/$repository ]]; then
    echo "SKIPPED: --override_repository is in use; $repository is elsewhere"
    exit
  fi
  overrides+=("--override_repository=$repository=$external/$repository")
done

export HOME=$TEST_TMPDIR
readonly THEIRS=$TEST_TMPDIR/theirs
mkdir "$THEIRS"
sed -n '/^```python$/,/^```$/{/^```/d;p}' "$README" |
  sed "s|third_party/airlock|$airlock|" >"$THEIRS/WORKSPACE"
grep --quiet airlock_repositories "$THEIRS/WORKSPACE"
cp --dereference "$PROGRAM" "$THEIRS/handshake.cc"
cat >"$THEIRS/BUILD" <<'END'
cc_binary(
    name = "handshake",
    srcs = ["handshake.cc"],
    deps = [
        "@airlock//platform",
        "@airlock//ssl",
    ],
)
END
cd "$THEIRS"
# Its own server would outlive the test.
bazel --batch --output_user_root="$TEST_TMPDIR/output" build --nobuild \
  --cxxopt=-std=c++17 "${overrides[@]}" //:handshake
