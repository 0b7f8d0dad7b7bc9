#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What libairlock.so and libairlock.a show is Airlock's, and what they want is
# the C and C++ runtime's. Of the C interface they show exactly what is listed.
#   usage: symbols_test.sh libairlock.so libairlock.a airlock_1.symbols

set -euo pipefail
readonly SHARED=$1 STATIC=$2 LIST=$3
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
internal() { grep --extended-regexp '8internal|4Impl|5State' || true; }

check() {
  local what=$1 symbols=$2 strays
  strays=$(foreign <<<"$symbols")
  [[ -z $strays ]] || fail "$what shows what is not Airlock's:" "$strays"
  strays=$(internal <<<"$symbols")
  [[ -z $strays ]] || fail "$what shows what is internal:" "$strays"
  grep --quiet '^_ZN7airlock3ssl10WrapSocket' <<<"$symbols" ||
    fail "$what does not show airlock::ssl::WrapSocket"
}

# Each as NAME@@VERSION. (A version itself is an absolute symbol.)
shared=$(nm --dynamic --defined-only --format=posix "$SHARED" |
  awk '$2 != "A" { print $1 }')
static=$(nm --extern-only --defined-only --format=posix "$STATIC" |
  awk 'NF > 1 { print $1 }')
check "$SHARED" "$(sed 's/@.*//' <<<"$shared")"
check "$STATIC" "$static"

# What was ever listed stays, and what is new is added there.
c_of() { grep '^airlock_' | LC_ALL=C sort; }
diff "$LIST" <(sed -n 's/@@AIRLOCK_1$//p' <<<"$shared" | c_of) >&2 ||
  fail "$SHARED does not show the C symbols of $LIST (above)"
diff "$LIST" <(c_of <<<"$static") >&2 ||
  fail "$STATIC does not show the C symbols of $LIST (above)"
strays=$(grep --invert-match --extended-regexp \
  '^airlock_.*@@AIRLOCK_1$|@@AIRLOCK_CXX$' <<<"$shared" || true)
[[ -z $strays ]] || fail "$SHARED shows symbols of no or another version:" \
  "$strays"

needed=$(readelf --dynamic --wide "$SHARED" |
  sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
strays=$(grep --invert-match --extended-regexp \
  '^(ld-linux|lib(c|m|dl|pthread|rt|gcc_s|stdc\+\+|asan|ubsan|tsan)\.)' \
  <<<"$needed" || true)
[[ -z $strays ]] || fail "$SHARED needs libraries that not every system has:" \
  "$strays"

grep --quiet NODELETE <<<"$(readelf --dynamic --wide "$SHARED")" ||
  fail "$SHARED can be unloaded"

grep --quiet 'SONAME.*\[libairlock\.so\.1\]' \
  <<<"$(readelf --dynamic --wide "$SHARED")" ||
  fail "$SHARED has another soname than libairlock.so.1"

((failures == 0))
