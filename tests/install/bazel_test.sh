#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Another workspace takes Airlock in as third_party/README.md says, and builds a
# program of its with it.
#   usage: bazel_test.sh WORKSPACE README PROGRAM ABSEIL_LICENSE [run]
# Without `run`, Bazel is only asked whether it knows how: to compile it all
# under other names takes minutes. The dependencies are those of this build, so
# nothing is fetched.

set -euo pipefail
readonly README=$2 PROGRAM=$3 CERTS=$PWD/testdata/certs
airlock=$(dirname "$(readlink --canonicalize "$1")")
external=$(dirname "$(dirname "$(readlink --canonicalize "$4")")")

overrides=()
for repository in boringssl com_google_absl nlohmann_json yaml-cpp zlib; do
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

cc_library(
    name = "https",
    deps = [
        "@airlock//platform/http",
        "@airlock//platform/http/server",
    ],
)
END
cd "$THEIRS"
build() {
  # Its own server would outlive the test.
  bazel --batch --output_user_root="$TEST_TMPDIR/output" build \
    --cxxopt=-std=c++17 "${overrides[@]}" "$@"
}

if [[ ${5:-} != run ]]; then
  build --nobuild //:handshake //:https
  exit
fi
# This test already runs in a sandbox.
build --compilation_mode=fastbuild --jobs=2 --spawn_strategy=local //:handshake
AIRLOCK_CONFIG=$THEIRS/airlock.yaml
echo 'tls: {verification: enforce}' >"$AIRLOCK_CONFIG"
export AIRLOCK_CONFIG
bazel-bin/handshake "$CERTS/ca.pem" "$CERTS/server_p256_chain.pem" \
  "$CERTS/server_p256.key"
if bazel-bin/handshake "$CERTS/other_root.pem" \
  "$CERTS/server_p256_chain.pem" "$CERTS/server_p256.key"; then
  echo 'FAIL: an unknown CA was taken for a known one' >&2
  exit 1
fi
echo PASSED
