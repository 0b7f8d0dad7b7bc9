#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# A client in some language reaches a TLS server by libairlock.so.
#   usage: runtime_test.sh EPOLL_SERVER INTERPRETER CLIENT

set -euo pipefail
readonly SERVER=$1 CLIENT=("$2" "$3") CERTS=testdata/certs
export AIRLOCK_LIB=$PWD/libairlock.so AIRLOCK_H=$PWD/platform/c/airlock.h

die() {
  printf 'FAIL: %s\n' "$@" >&2
  exit 1
}

# Whatever this machine's own policy is.
export AIRLOCK_CONFIG=$TEST_TMPDIR/airlock.yaml
echo 'tls: {verification: off}' >"$AIRLOCK_CONFIG"

coproc "$SERVER" "$CERTS/ca.pem" "$CERTS/server_p256_chain.pem" \
  "$CERTS/server_p256.key"
readonly SERVER_PID=$COPROC_PID
trap 'kill "$SERVER_PID"' EXIT
read -r port <&"${COPROC[0]}"

# What the client says, both ways; its exit status.
client() {
  local host=$1 ca=$2
  "${CLIENT[@]}" "$host" "$port" "$CERTS/$ca" "$CERTS/client_p256.pem" \
    "$CERTS/client_p256.key" "${@:3}" 2>&1
}
# WHAT KIND ARGUMENT...: that the client fails, with an error of that kind.
fails() {
  local what=$1 kind=$2 said
  said=$(client "${@:3}") && die "$what: the client said: $said"
  [[ $said == *"$kind: "* ]] || die "$what: not an error of kind $kind: $said"
}

# The server wants a certificate of its clients, too.
said=$(client localhost ca.pem) || die "no connection: $said"
[[ $said == 'hello, friend' ]] || die "the client said: $said"

said=$(LD_PRELOAD='libssl.so.3 libcrypto.so.3' client localhost ca.pem) ||
  die "no connection beside OpenSSL: $said"
[[ $said == 'hello, friend' ]] || die "beside OpenSSL the client said: $said"

fails 'a wrong host' Hostname example.test ca.pem
fails 'an unknown CA' Verification localhost other_root.pem
# Without verification: the application's choice, unless the platform says no.
said=$(client example.test other_root.pem none) ||
  die "without verification: $said"
AIRLOCK_VERIFY=enforce fails 'against the policy' Policy localhost ca.pem none
AIRLOCK_VERIFY=strict fails 'under no known policy' InvalidArgument \
  localhost ca.pem

said=$(AIRLOCK_VERIFY=enforce client localhost ca.pem) ||
  die "under the policy: $said"
echo PASSED
