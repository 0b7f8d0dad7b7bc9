#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Runs a script in Node, which finds the addon and the library.
#   usage: node.sh SCRIPT [ARGUMENT...]

set -euo pipefail
ln --force --symbolic "$PWD/libairlock.so" "$TEST_TMPDIR/libairlock.so.1"
export LIBAIRLOCK_NODE=$PWD/examples/node/airlock.node
export LD_LIBRARY_PATH=$TEST_TMPDIR

# Whatever this machine's own policy is.
if [[ -z ${AIRLOCK_CONFIG:-} ]]; then
  export AIRLOCK_CONFIG=$TEST_TMPDIR/airlock.yaml
  echo 'tls: {verification: off}' >"$AIRLOCK_CONFIG"
fi

# Bazel's links lead out of the folder in which they are siblings.
exec /usr/bin/node --preserve-symlinks --preserve-symlinks-main "$@"
