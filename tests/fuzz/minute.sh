#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Runs a fuzz target under libFuzzer for a minute, from its corpus. An input that
# fails is kept as an output of the test, and printed.
#   usage: minute.sh BINARY FOLDER...

set -uo pipefail

binary=$1
shift
# Not a pipe to grep --quiet, which may end before BINARY has written all.
help=$("$binary" -help=1 2>&1)
if [[ $help != *max_total_time* ]]; then
  echo "$binary has no libFuzzer: use bazel test --config=fuzz." >&2
  exit 1
fi
found=$TEST_UNDECLARED_OUTPUTS_DIR
# The first folder gets new inputs.
mkdir "$TEST_TMPDIR/corpus"
ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
  "$binary" -max_total_time=60 -timeout=20 -max_len=8192 -rss_limit_mb=3000 \
  -print_final_stats=1 -artifact_prefix="$found/" "$TEST_TMPDIR/corpus" "$@"
status=$?
for input in "$found"/*; do
  [[ -f $input ]] || continue
  printf '\n%s, for base64 --decode and tools/fuzz %s FILE:\n' \
    "${input##*/}" "${binary##*/}"
  base64 "$input"
done
exit "$status"
