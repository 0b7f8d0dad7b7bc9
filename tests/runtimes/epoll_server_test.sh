#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# The server in C serves only clients with a certificate, whatever other clients
# are connected.
#   usage: epoll_server_test.sh EPOLL_SERVER AIRLOCK

set -euo pipefail
readonly SERVER=$1 AIRLOCK=$2 CERTS=testdata/certs

die() {
  printf 'FAIL: %s\n' "$@" >&2
  exit 1
}

export AIRLOCK_CONFIG=$TEST_TMPDIR/airlock.yaml
echo 'tls: {verification: off}' >"$AIRLOCK_CONFIG"

readonly DESCRIPTORS=16
coproc prlimit --nofile="$DESCRIPTORS" "$SERVER" "$CERTS/ca.pem" \
  "$CERTS/server_p256_chain.pem" "$CERTS/server_p256.key"
readonly SERVER_PID=$COPROC_PID
trap 'kill "$SERVER_PID"' EXIT
read -r port <&"${COPROC[0]}"

client() {
  printf 'GET / HTTP/1.0\r\n\r\n' |
    "$AIRLOCK" connect "localhost:$port" --ca "$CERTS/ca.pem" "$@"
}
welcome() {
  local said
  said=$(client --cert "$CERTS/$1.pem" --key "$CERTS/$1.key" 2>&1) ||
    die "no connection with $1: $said"
  [[ $said == *'hello, friend'* ]] || die "the server answers $1: $said"
}
refused() {
  local said
  said=$(client "$@" 2>&1) || true
  [[ $said != *'hello, friend'* ]] || die "the server lets in: $*"
}

# Without the means to serve anybody it does not begin to.
! "$SERVER" "$CERTS/ca.pem" "$CERTS/server_p256_chain.pem" \
  "$CERTS/server_rsa.key" 2>"$TEST_TMPDIR/said" || die 'it serves with a wrong key'
grep --quiet 'that the certificate was issued for' "$TEST_TMPDIR/said" ||
  die "a wrong key: $(cat "$TEST_TMPDIR/said")"

welcome client_p256
refused
refused --cert "$CERTS/client_other.pem" --key "$CERTS/client_other.key"
refused --cert "$CERTS/client_expired.pem" --key "$CERTS/client_expired.key"
# Clients that are silent or disconnect delay no one, even if they have taken all
# the descriptors that the server may have.
silent=()
for ((i = 0; i < 2 * DESCRIPTORS; i++)); do
  exec {fd}<>"/dev/tcp/127.0.0.1/$port"
  ((i % 2)) || printf '\x16\x03\x01' >&"$fd" # A record's beginning.
  silent+=("$fd")
done
welcome client_rsa
for fd in "${silent[@]}"; do exec {fd}>&-; done
welcome client_ed25519
echo PASSED
