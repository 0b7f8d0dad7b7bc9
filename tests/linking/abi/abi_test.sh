#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Programs that were linked with an older libairlock.so.1 run with this one, as
# far as abidiff can tell.
#   usage: abi_test.sh airlock_1.abi stub.so
#
# What was added is put on record, once it is released, with
#   bazel build //tests/linking/abi:stub.so
#   tests/linking/abi/abi_test.sh --describe bazel-bin/tests/linking/abi/stub.so

set -euo pipefail

describe() {
  abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed \
    --drop-undefined-syms "$1"
}

if [[ $1 == --describe ]]; then
  describe "$2" >"$(dirname "$0")/airlock_1.abi"
  exit
fi

if [[ $(uname -m) != x86_64 ]]; then
  echo "SKIPPED: the description is that of x86-64, and this is $(uname -m)"
  exit
fi

# Its exit status is made of bits (abidiff(1)): 1 error, 2 usage, 4 some change,
# 8 an incompatible one.
status=0
report=$(abidiff --no-added-syms "$1" "$2") || status=$?
if ((status != 0)); then
  printf 'FAIL: abidiff ends with status %d:\n%s\n' "$status" "$report" >&2
  echo "What exists must not change. (New fields go to a struct's end, and \
then the description is made again: see the top of this test.)" >&2
  exit 1
fi
