#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Runs a small part of the benchmark: each kind of contestant, figure, measure
# and output. Then holds allocations and instructions to their bounds.

set -euo pipefail
out=$TEST_TMPDIR/out
mkdir "$out"
only='^(full|resumed)/tls13-ecdsa$|^resumed/tls12-ecdsa$|^(write-16KiB|pingpong-64B)/aes|^context/second|^under-way/8$'
only+='|^py-context-reused/|measure/(cold|connections|contexts|commands)'
# A small bundle, so that little of the time is its parsing.
tests/bench/bench.sh --quick --rounds=2 --only="$only" --cas=/dev/null \
  --json="$out/values.json" --plot="$out/plots" --markdown="$out/performance.md" >"$out/text" || {
  cat "$out/text"
  exit 1
}
python3 tests/bench/check_values.py "$out"
# The values are enough to make the page again.
tests/bench/bench.sh --from-json="$out/values.json" --plot="$out/plots" \
  --markdown="$out/again.md" >"$out/text2"
cmp "$out/performance.md" "$out/again.md"
cmp "$out/text" "$out/text2"
