#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Programs are built with an installed Airlock as any other, and shake hands.
#   usage: install_test.sh INSTALL PLAIN_C_PROGRAM

set -euo pipefail
readonly INSTALL=$PWD/$1 PLAIN_C=$2
readonly CERTS=$PWD/testdata/certs HERE=$PWD/tests/install
readonly PREFIX=$TEST_TMPDIR/opt/air DEST=$TEST_TMPDIR/dest
readonly PEERS=("$CERTS/ca.pem" "$CERTS/server_p256_chain.pem"
  "$CERTS/server_p256.key")

die() {
  printf 'FAIL: %s\n' "$@" >&2
  exit 1
}
# Runs a program that says that it passed.
passes() {
  local said
  said=$("$@" "${PEERS[@]}") || die "$1 failed"
  [[ $said == PASSED ]] || die "$1 said: $said"
}

"$INSTALL" --prefix "$PREFIX"
readonly LIB=$PREFIX/lib
[[ $(readlink "$LIB/libairlock.so") == libairlock.so.1 ]] ||
  die "libairlock.so is not a link to libairlock.so.1"

echo "== a C program, by pkg-config"
cp --dereference "$PLAIN_C" "$TEST_TMPDIR/plain_c.c"
cd "$TEST_TMPDIR"
export PKG_CONFIG_PATH=$LIB/pkgconfig
read -ra flags <<<"$(pkg-config --cflags --libs 'airlock >= 1.0')"
gcc -std=c99 -pedantic -Wall -Werror plain_c.c "${flags[@]}" -o plain_c
LD_LIBRARY_PATH=$LIB passes ./plain_c
[[ $(readelf --dynamic plain_c) == *'[libairlock.so.1]'* ]] ||
  die "the program does not name libairlock.so.1"

echo "== a C++ program, by pkg-config"
cp --dereference "$HERE/handshake.cc" .
read -ra flags <<<"$(pkg-config --cflags --libs airlock-cxx)"
g++ -Wall -Werror handshake.cc "${flags[@]}" -o handshake
LD_LIBRARY_PATH=$LIB passes ./handshake

echo "== C++, C and static C programs, by CMake"
mkdir cmake
cp --dereference "$HERE/cmake/CMakeLists.txt" handshake.cc plain_c.c cmake
cmake -S cmake -B cmake/build -DCMAKE_PREFIX_PATH="$PREFIX" >cmake.log ||
  die "cmake failed:" "$(cat cmake.log)"
cmake --build cmake/build >cmake.log || die "make failed:" "$(cat cmake.log)"
passes cmake/build/handshake
passes cmake/build/plain_c
passes cmake/build/plain_c_static
! readelf --dynamic cmake/build/plain_c_static | grep --quiet libairlock ||
  die "the static program wants the shared library"

echo "== the command, its manual and its completion"
[[ $("$PREFIX/bin/airlock" help) == *connect* ]] || die "no airlock command"
zcat "$PREFIX/share/man/man1/airlock.1.gz" | grep --quiet 'AIRLOCK SERVE' ||
  die "airlock.1 does not describe airlock serve"
man3=$PREFIX/share/man/man3
for function in $(sed -n 's/.*\b\(airlock_[a-z0-9_]*\)(.*/\1/p' \
  "$PREFIX/include/airlock.h" | sort --unique); do
  [[ -s $man3/$function.3.gz ]] || die "no manual page of $function"
done
zcat "$man3/airlock_socket_read.3.gz" | grep --quiet 'AIRLOCK_CLOSED' ||
  die "airlock_socket_read.3 does not say what the header says"
PATH=$PREFIX/bin:$PATH
# shellcheck source=/dev/null
source "$PREFIX/share/bash-completion/completions/airlock"
complete_words() {
  COMP_WORDS=(airlock "$@") COMP_CWORD=$#
  _airlock
  printf '%s' "${COMPREPLY[*]}"
}
[[ $(complete_words se) == serve ]] || die "no completion of commands"
[[ $(complete_words serve --self) == --self-signed ]] ||
  die "no completion of flags"

echo "== below DESTDIR, with another folder for libraries"
DESTDIR=$DEST "$INSTALL" --prefix=/usr --libdir=lib/any
[[ -e $DEST/usr/lib/any/libairlock.so.1 ]] || die "no library below DESTDIR"
grep --quiet '^prefix=/usr$' "$DEST/usr/lib/any/pkgconfig/airlock.pc" ||
  die "airlock.pc names DESTDIR"
for licence in airlock boringssl abseil nlohmann-json yaml-cpp zlib; do
  [[ -s $DEST/usr/share/doc/airlock/licences/$licence ]] ||
    die "no licence of $licence"
done

echo "== help, and what is not known"
[[ $("$INSTALL" --help) == *--libdir* ]] || die "--help does not help"
! "$INSTALL" --perfix=/usr 2>/dev/null || die "a wrong flag was taken"
! "$INSTALL" --prefix=here 2>/dev/null || die "a relative prefix was taken"
echo PASSED
