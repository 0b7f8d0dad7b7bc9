#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Does what docs/linking.md says, to the letter.
#   usage: linking_doc_test.sh INSTALL DOC

set -euo pipefail
readonly INSTALL=$PWD/$1 DOC=$PWD/$2
export HOME=$TEST_TMPDIR
cd "$TEST_TMPDIR"
export AIRLOCK_CONFIG=$PWD/airlock.yaml
echo 'tls: {verification: enforce}' >"$AIRLOCK_CONFIG"

# The blocks of one language, one after the other.
blocks() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$DOC"; }

# No Bazel inside of Bazel: what it would run is here.
bazel() {
  [[ "$1 $2 $3" == 'run //:install --' ]] || exit 2
  "$INSTALL" "${@:4}"
}
finish() {
  local status=$?
  jobs -p | xargs --no-run-if-empty kill
  ((status == 0)) || tail output.txt errors.txt
}
trap finish EXIT

blocks c >hello.c
blocks sh >commands.sh
(($(wc -l <commands.sh) > 10)) || exit 1
# shellcheck source=/dev/null
source ./commands.sh >output.txt 2>errors.txt
grep --quiet --line-regexp hello output.txt
grep --quiet '^Hostname: ' errors.txt
echo PASSED
