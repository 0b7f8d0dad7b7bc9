#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Reads back from each binary how it is hardened: position-independent, no
# executable stack, no segment that is both writable and executable, no text
# relocations, all relocations read-only before main() (RELRO, BIND_NOW), stack
# protector, _FORTIFY_SOURCE, and no RPATH.
#   usage: hardening_test.sh BINARY...

set -euo pipefail
failures=0

for binary in "$@"; do
  segments=$(readelf --program-headers --wide "$binary")
  dynamic=$(readelf --dynamic --wide "$binary")
  symbols=$(readelf --dyn-syms --wide "$binary")
  fail() {
    printf 'FAIL: %s: %s\n' "$binary" "$1" >&2
    failures=$((failures + 1))
  }
  has() { grep --quiet --extended-regexp -- "$2" <<<"$1"; }

  has "$segments" 'file type is DYN' || fail 'it is not position-independent'
  has "$segments" 'GNU_STACK .* RW  ' || fail 'its stack may be executable'
  ! has "$segments" ' LOAD .* RWE ' ||
    fail 'it has a segment that is writable and executable'
  has "$segments" 'GNU_RELRO' || fail 'it has no RELRO segment'
  has "$dynamic" 'BIND_NOW|Flags:.* NOW' || fail 'it binds lazily (no BIND_NOW)'
  ! has "$dynamic" 'TEXTREL' || fail 'it has text relocations'
  ! has "$dynamic" 'RPATH|RUNPATH' || fail 'it has a path for libraries'
  has "$symbols" ' UND __stack_chk_fail' || fail 'it has no stack protector'
  has "$symbols" ' UND __(memcpy|snprintf|vsnprintf|read|memset|memmove|fprintf|poll)_chk' ||
    fail 'it was built without _FORTIFY_SOURCE'
done

[[ $# -gt 0 ]] || { echo 'FAIL: no binary' >&2; exit 1; }
exit $((failures > 0))
