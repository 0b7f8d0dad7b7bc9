#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Whether Go accepts each path that Airlock accepts.
#   usage: path_go_test.sh ACCEPTED_PATHS PROGRAM.go FOLDER...

set -euo pipefail
paths=$1
program=$2
shift 2

go=$(command -v go || compgen -G '/usr/lib/go-*/bin/go' | tail -n 1) || {
  echo "SKIPPED: Go is not installed (setup installs it)"
  exit 0
}
export GO111MODULE=off GOFLAGS='' GOTOOLCHAIN=local
export GOPATH=$TEST_TMPDIR/go GOCACHE=$TEST_TMPDIR/gocache
# A context of security level 0 allows SHA-1.
export GODEBUG=x509sha1=1
"$go" build -o "$TEST_TMPDIR/verify" "$program"
"$paths" "$@" >"$TEST_TMPDIR/accepted"
"$TEST_TMPDIR/verify" <"$TEST_TMPDIR/accepted"
