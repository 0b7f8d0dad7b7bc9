#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# The figures of docs/linking.md can be measured, and dropping unused code
# saves something. (Times are not checked.)
#   usage: cost_test.sh ARGUMENTS_OF_COST

set -euo pipefail
said=$(tests/linking/cost.sh "$@" 3)
echo "$said"
awk -F '  +' '
  $1 == "bytes" || $1 == "relocations" || $1 == "bytes of .text" {
    if ($2 + 0 > 0 && $2 + 0 < $3 + 0) good++
  }
  $1 == "code of BoringSSL" && $2 > 0 { good++ }
  $1 ~ /us$/ && $2 > 0 { good++ }
  $1 ~ /KB$/ && $2 ~ /^[0-9]+ *$/ { good++ }
  END { exit good != 9 }' <<<"$said" ||
  { echo "FAIL: a figure is missing, or dropping saved nothing" >&2; exit 1; }
