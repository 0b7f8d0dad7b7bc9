#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# The Debian package is a good one; dpkg installs it, programs are built with
# it, and once removed nothing of it is left.
#   usage: deb_test.sh FOLDER_OF_PACKAGE PLAIN_C_PROGRAM

set -euo pipefail
readonly PLAIN_C=$PWD/$2 CERTS=$PWD/testdata/certs
readonly ROOT=$TEST_TMPDIR/root

die() {
  printf 'FAIL: %s\n' "$@" >&2
  exit 1
}

# lintian takes no symbolic links.
cp --dereference "$1"/airlock_*_*.deb "$TEST_TMPDIR"
PACKAGE=$(echo "$TEST_TMPDIR"/airlock_*.deb)
readonly PACKAGE
cd "$TEST_TMPDIR"
field() { dpkg-deb --field "$PACKAGE" "$1"; }
[[ $PACKAGE == */airlock_"$(field Version)_$(field Architecture)".deb ]] ||
  die "the package is called $PACKAGE"

echo "== lintian"
lintian --allow-root --fail-on error,warning "$PACKAGE" ||
  die "lintian finds faults"

echo "== dpkg --install"
depends=$(field Depends)
[[ $depends == *'libc6 (>= '* && $depends != *libssl* ]] ||
  die "depends on: $depends"
# A system of its own, of the user's own, which has the packages that Airlock
# depends on as this one has them, for dpkg to compare with.
PATH=$PATH:/usr/sbin:/sbin # dpkg wants ldconfig there.
readonly ADMIN=$ROOT/var/lib/dpkg
mkdir --parents "$ADMIN/info" "$ADMIN/updates" "$ADMIN/triggers"
names=$(sed 's/ *([^)]*)//g; s/,/ /g' <<<"$depends")
# shellcheck disable=SC2086  # Names, a word each.
dpkg-query --status $names >"$ADMIN/status"
own_dpkg() {
  dpkg --root="$ROOT" --log=/dev/null --force-not-root \
    --force-script-chrootless "$@"
}
# What those packages are made of is of no interest.
own_dpkg --install "$PACKAGE" 2>dpkg.log ||
  die "dpkg does not install it:" "$(cat dpkg.log)"
[[ $(own_dpkg --status airlock) == *'Status: install ok installed'* ]] ||
  die "dpkg has not installed it"
own_dpkg --verify airlock || die "what is installed is not what was packed"
[[ $("$ROOT/usr/bin/airlock" --version) == "airlock $(field Version)" ]] ||
  die "no airlock command"

echo "== Debian's Python"
if [[ -d $ROOT/usr/lib/airlock/python/py3 ]]; then
  said=$("$ROOT/usr/bin/airlock" python -- -c 'import airlock, ssl
print(airlock.installed(), ssl.OPENSSL_VERSION)') || die "no airlock python"
  [[ $said == 'True '*Airlock* ]] || die "Python's TLS is not Airlock's: $said"
else
  echo "SKIPPED: Debian's Python is not among those that were built for"
fi

echo "== a C program"
multiarch=$(dpkg-architecture --query DEB_HOST_MULTIARCH)
readonly LIB=$ROOT/usr/lib/$multiarch
[[ -e $LIB/libairlock.so.1 ]] || die "no library in $LIB"
export PKG_CONFIG_LIBDIR=$LIB/pkgconfig PKG_CONFIG_SYSROOT_DIR=$ROOT
export PKG_CONFIG_SYSTEM_INCLUDE_PATH=/ PKG_CONFIG_SYSTEM_LIBRARY_PATH=/
read -ra flags <<<"$(pkg-config --cflags --libs airlock)"
cp --dereference "$PLAIN_C" plain_c.c
gcc -std=c99 plain_c.c "${flags[@]}" -o plain_c
said=$(LD_LIBRARY_PATH=$LIB ./plain_c "$CERTS/ca.pem" \
  "$CERTS/server_p256_chain.pem" "$CERTS/server_p256.key")
[[ $said == PASSED ]] || die "the program says: $said"

echo "== a Debian package of that program"
dpkg-deb --raw-extract "$PACKAGE" raw
mkdir debian
printf 'Source: plain\n\nPackage: plain\nArchitecture: any\n' >debian/control
needs=$(dpkg-shlibdeps -Sraw -O plain_c 2>shlibdeps.log) ||
  die "dpkg-shlibdeps fails:" "$(cat shlibdeps.log)"
[[ $needs == *"libairlock1 (>= $(field Version))"* ]] ||
  die "it would depend on: $needs"

echo "== dpkg --purge"
own_dpkg --purge airlock 2>dpkg.log ||
  die "dpkg does not purge it:" "$(cat dpkg.log)"
left=$(find "$ROOT" -path "$ROOT/var" -prune -o -not -type d -print)
left+=$(find "$ROOT" -iname '*airlock*')
[[ -z $left ]] || die "purged, there still is:" "$left"
echo PASSED
