#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# The Debian package is a good one, and what it holds works.
#   usage: deb_test.sh PACKAGE PLAIN_C_PROGRAM

set -euo pipefail
readonly PACKAGE=$TEST_TMPDIR/airlock.deb PLAIN_C=$PWD/$2 CERTS=$PWD/testdata/certs
readonly ROOT=$TEST_TMPDIR/root

die() {
  printf 'FAIL: %s\n' "$@" >&2
  exit 1
}

# lintian takes no symbolic links.
cp --dereference "$1" "$PACKAGE"

# Its warnings are that libraries of such names are usually packages of their
# own.
lintian --allow-root --fail-on error "$PACKAGE" || die "lintian finds errors"

dpkg-deb --extract "$PACKAGE" "$ROOT"
[[ $("$ROOT/usr/bin/airlock" help) == *demo* ]] || die "no airlock command"
library=$(find "$ROOT/usr/lib" -name libairlock.so.1)
cp --dereference "$PLAIN_C" "$TEST_TMPDIR/plain_c.c"
cd "$TEST_TMPDIR"
gcc -std=c99 plain_c.c -I"$ROOT/usr/include" -L"$(dirname "$library")" \
  -lairlock -o plain_c
said=$(LD_LIBRARY_PATH=$(dirname "$library") ./plain_c "$CERTS/ca.pem" \
  "$CERTS/server_p256_chain.pem" "$CERTS/server_p256.key")
[[ $said == PASSED ]] || die "the program says: $said"

depends=$(dpkg-deb --field "$PACKAGE" Depends)
[[ $depends == *'libc6 (>= '* && $depends != *libssl* ]] ||
  die "depends on: $depends"
echo PASSED
