#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What libairlock.so and libairlock.a show is Airlock's, and what they want is
# the C and C++ runtime's.
#   usage: symbols_test.sh libairlock.so libairlock.a

set -euo pipefail
readonly SHARED=$1 STATIC=$2
failures=0

fail() {
  printf 'FAIL: %s\n' "$@" >&2
  failures=$((failures + 1))
}

# Of symbols on standard input, mangled: those that are not Airlock's public
# ones.
foreign() {
  grep --invert-match --extended-regexp \
    '^(airlock_|_ZN7airlock|_ZNK7airlock|_ZT[VIST]N7airlock)' || true
}
internal() { grep --extended-regexp '8internal|4Impl' || true; }

check() {
  local what=$1 symbols=$2 strays
  strays=$(foreign <<<"$symbols")
  [[ -z $strays ]] || fail "$what shows what is not Airlock's:" "$strays"
  strays=$(internal <<<"$symbols")
  [[ -z $strays ]] || fail "$what shows what is internal:" "$strays"
  grep --quiet '^_ZN7airlock3ssl10WrapSocket' <<<"$symbols" ||
    fail "$what does not show airlock::ssl::WrapSocket"
}

check "$SHARED" "$(nm --dynamic --defined-only --format=posix "$SHARED" |
  awk '{ print $1 }')"
check "$STATIC" "$(nm --extern-only --defined-only --format=posix "$STATIC" |
  awk 'NF > 1 { print $1 }')"

needed=$(readelf --dynamic --wide "$SHARED" |
  sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
strays=$(grep --invert-match --extended-regexp \
  '^(ld-linux|lib(c|m|dl|pthread|rt|gcc_s|stdc\+\+|asan|ubsan|tsan)\.)' \
  <<<"$needed" || true)
[[ -z $strays ]] || fail "$SHARED needs libraries that not every system has:" \
  "$strays"

grep --quiet NODELETE <<<"$(readelf --dynamic --wide "$SHARED")" ||
  fail "$SHARED can be unloaded"

((failures == 0))
