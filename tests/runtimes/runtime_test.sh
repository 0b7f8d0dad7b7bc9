#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# A client in some language reaches a TLS server by libairlock.so.
#   usage: runtime_test.sh EPOLL_SERVER INTERPRETER CLIENT

set -euo pipefail
readonly SERVER=$1 CLIENT=("$2" "$3") CERTS=testdata/certs
export LIBAIRLOCK=$PWD/libairlock.so LIBAIRLOCK_H=$PWD/platform/c/airlock.h

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

# HOST CA KEY [none]: what the client says, both ways; its exit status. It finds
# each file in a pipe, and hands the library the content: nothing is left there
# for one that opens it again.
readonly PIPES=("$TEST_TMPDIR"/{ca,cert,key}.pem)
mkfifo "${PIPES[@]}"
client() {
  local files=("$2" "$CERTS/client_p256.pem" "$CERTS/$3") writers=() i status=0
  for i in "${!files[@]}"; do
    cat "${files[i]}" >"${PIPES[i]}" &
    writers+=($!)
  done
  "${CLIENT[@]}" "$1" "$port" "${PIPES[@]}" "${@:4}" 2>&1 || status=$?
  kill "${writers[@]}" 2>/dev/null || true # Of what it has not read.
  return "$status"
}
# WHAT ARGUMENT...: that the client gets the answer. (The server wants a
# certificate of its clients, too.)
works() {
  local what=$1 said
  said=$(client "${@:2}") || die "$what: $said"
  # What the policy logs comes first.
  [[ ${said##*$'\n'} == 'hello, friend' ]] ||
    die "$what: the client said: $said"
}
# WHAT KIND END ARGUMENT...: that it fails, and says so in an error of that
# kind, to the message's end.
fails() {
  local what=$1 kind=$2 end=$3 said
  said=$(client "${@:4}") && die "$what: the client said: $said"
  [[ $said == *"$kind: "*"$end"* ]] ||
    die "$what: not an error of kind $kind that ends with '$end': $said"
}

readonly CA=$CERTS/ca.pem OTHER=$CERTS/other_root.pem KEY=client_p256.key
works 'a connection' localhost "$CA" "$KEY"
fails 'a wrong host' Hostname 'or have one issued for this name.' \
  example.test "$CA" "$KEY"
fails 'an unknown CA' Verification 'or add the issuing CA to the bundle.' \
  localhost "$OTHER" "$KEY"
fails 'an empty bundle' TrustStore 'provide PEM or DER certificates' \
  localhost /dev/null "$KEY"
fails 'a bundle cut off' TrustStore 'the whole bundle is rejected' \
  localhost "$CERTS/ca_truncated.pem" "$KEY"
fails 'a wrong key' Credentials 'that the certificate was issued for' \
  localhost "$CA" client_rsa.key

# Without verification: the application's choice, unless the platform says no,
# and the application's environment says nothing then.
works 'without verification' example.test "$OTHER" "$KEY" none
readonly REFUSAL='leave it out, or pass AIRLOCK_CERT_REQUIRED.'
AIRLOCK_VERIFY=enforce fails 'against the policy' Policy "$REFUSAL" \
  localhost "$CA" "$KEY" none
AIRLOCK_VERIFY=enforce works 'under the policy' localhost "$CA" "$KEY"
AIRLOCK_VERIFY=strict fails 'under no known policy' InvalidArgument '' \
  localhost "$CA" "$KEY"
echo 'tls: {verification: enforce}' >"$AIRLOCK_CONFIG"
AIRLOCK_VERIFY=off PYTHONHTTPSVERIFY=0 fails "against the operator's policy" \
  Policy "$REFUSAL" localhost "$CA" "$KEY" none
AIRLOCK_VERIFY=off works "under the operator's policy" localhost "$CA" "$KEY"

# OpenSSL's libraries come first in the process, which has them indeed.
readonly LOG=$TEST_TMPDIR/loaded
LD_DEBUG=files LD_DEBUG_OUTPUT=$LOG LD_PRELOAD='libssl.so.3 libcrypto.so.3' \
  works 'beside OpenSSL' localhost "$CA" "$KEY"
mapfile -t logs < <(
  grep --files-with-matches 'calling init: .*/libairlock\.so' "$LOG".*
)
((${#logs[@]} > 0)) || die "nothing loads Airlock"
for library in libssl libcrypto; do
  grep --quiet "calling init: .*/$library\.so\.3" "${logs[@]}" ||
    die "no $library is in the process that has Airlock"
done
echo PASSED
