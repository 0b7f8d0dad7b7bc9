#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What a client in some language does for programs that load it: large bodies,
# connections kept, several at once, use after the end; against a server on
# OpenSSL, and beside the OpenSSL of the language itself, where it has one.
#   usage: library_test.sh HTTPS_SERVER INTERPRETER PROGRAM CLIENT

set -euo pipefail
readonly SERVER=$1 PROGRAM=("${@:2}") CERTS=testdata/certs
export LIBAIRLOCK=$PWD/libairlock.so LIBAIRLOCK_H=$PWD/platform/c/airlock.h
# Whatever this machine's own policy is.
export AIRLOCK_CONFIG=$TEST_TMPDIR/airlock.yaml
echo 'tls: {verification: off}' >"$AIRLOCK_CONFIG"

coproc /usr/bin/python3 "$SERVER" "$CERTS/ca.pem" \
  "$CERTS/server_p256_chain.pem" "$CERTS/server_p256.key"
readonly SERVER_PID=$COPROC_PID
trap 'kill "$SERVER_PID"' EXIT
read -r port silent <&"${COPROC[0]}"

program() {
  "${PROGRAM[@]}" "$port" "$silent" "$CERTS/ca.pem" \
    "$CERTS/client_p256.pem" "$CERTS/client_p256.key"
}
program
LD_PRELOAD='libssl.so.3 libcrypto.so.3' program
echo PASSED
