#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What sslscan finds in `airlock serve` with its defaults: nothing that it, or
# an auditor with its report, would object to.
#   usage: scan_test.sh AIRLOCK

set -euo pipefail
readonly AIRLOCK=$PWD/$1
cd "$TEST_TMPDIR"

die() {
  printf 'FAIL: %s\n' "$@" >&2
  exit 1
}

sslscan=$(command -v sslscan) || die "sslscan is not installed (see setup)"

# Scans a server with the given flags; the report goes to scan.xml.
scan() {
  rm -f said
  mkfifo said
  "$AIRLOCK" serve --self-signed --port=0 "$@" >said 2>&1 &
  local pid=$! port='' line
  # shellcheck disable=SC2064  # pid is local: expanded now.
  trap "kill $pid 2>/dev/null || true" EXIT
  exec 3<said
  while [[ -z $port ]] && IFS= read -r line <&3; do
    port=$(sed -n 's/^Listening on 127.0.0.1:\([0-9]*\).*/\1/p' <<<"$line")
  done
  [[ -n $port ]] || die "the server has ended: $line"
  cat <&3 >/dev/null &
  "$sslscan" --no-colour --xml=scan.xml "127.0.0.1:$port" >scan.txt 2>&1 ||
    die "sslscan failed:" "$(cat scan.txt)"
  kill "$pid"
  wait "$pid" || true
  grep --quiet '<ssltest ' scan.xml || die "no report:" "$(cat scan.txt)"
}

# The values of an attribute, sorted, of the lines that have a pattern.
values() {
  { grep -- "$2" scan.xml || true; } |
    sed -n "s/.* $1=\"\([^\"]*\)\".*/\1/p" | sort --unique | paste -sd' '
}

# What the report should say.
expect() {
  local what=$1 got=$2 wanted=$3
  [[ $got == "$wanted" ]] ||
    die "$what: got \"$got\", expected \"$wanted\"" "$(cat scan.txt)"
}

expect_good() {
  expect "enabled protocols" "$(values version '<protocol .*enabled="1"')" \
    "1.2 1.3"
  expect "protocols that were tried" \
    "$(grep --count '<protocol ' scan.xml)" 6
  # Forward secrecy and AEAD only.
  expect "suites" "$(values cipher '<cipher ')" "$1"
  expect "strengths" "$(values strength '<cipher ')" "acceptable strong"
  expect "groups" "$(values id '<group ')" "0x0017 0x0018 0x0019 0x001d"
  expect "heartbleed" "$(values vulnerable '<heartbleed ')" 0
  expect "renegotiation" "$(values supported '<renegotiation ')" 0
  # Absent where sslscan itself cannot compress.
  expect "compression" "$(values supported '<compression .*="1"')" ""
}

echo "== as it is"
scan
expect_good "ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 \
ECDHE-ECDSA-CHACHA20-POLY1305 TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 \
TLS_CHACHA20_POLY1305_SHA256"
expect "signature" \
  "$(sed -n 's/.*<signature-algorithm>\(ecdsa[^<]*\)<.*/\1/p' scan.xml)" \
  ecdsa-with-SHA256

echo "== what --old-tls adds is found, so the scan would find it"
scan --old-tls
expect "enabled protocols" "$(values version '<protocol .*enabled="1"')" \
  "1.0 1.1 1.2 1.3"
[[ $(values cipher '<cipher ') == *-AES128-SHA* ]] ||
  die "sslscan does not find CBC suites" "$(cat scan.txt)"
