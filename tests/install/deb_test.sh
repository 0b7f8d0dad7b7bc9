#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# The Debian packages are good ones; dpkg installs them, programs are built with
# them, and once they are removed nothing of them is left.
#   usage: deb_test.sh FOLDER_OF_PACKAGES PLAIN_C_PROGRAM

set -euo pipefail
readonly PLAIN_C=$PWD/$2 CERTS=$PWD/testdata/certs
readonly ROOT=$TEST_TMPDIR/root

die() {
  printf 'FAIL: %s\n' "$@" >&2
  exit 1
}

# lintian takes no symbolic links.
cp --dereference "$1"/*.deb "$TEST_TMPDIR"
cd "$TEST_TMPDIR"
PACKAGES=(libairlock1_*.deb libairlock-dev_*.deb airlock_*.deb)
HAS_PYTHON=
[[ ! -e $(echo python3-airlock_*.deb) ]] || HAS_PYTHON=yes
[[ -z $HAS_PYTHON ]] || PACKAGES+=(python3-airlock_*.deb)
readonly PACKAGES HAS_PYTHON
[[ ${#PACKAGES[@]} == $(echo *.deb | wc --words) ]] || die "there are: *.deb"
field() { dpkg-deb --field "$1"_*.deb "$2"; }
VERSION=$(field libairlock1 Version)
readonly VERSION
for package in "${PACKAGES[@]}"; do
  name=${package%%_*}
  [[ $package == "${name}_${VERSION}_$(field "$name" Architecture).deb" ]] ||
    die "a package is called $package"
done

echo "== lintian"
lintian --allow-root --fail-on error,warning "${PACKAGES[@]}" ||
  die "lintian finds faults"

echo "== what each depends on"
# The library needs nothing of the command's.
[[ $(field libairlock1 Depends) == *'libc6 (>= '* ]] ||
  die "libairlock1 depends on: $(field libairlock1 Depends)"
for name in libairlock1 libairlock-dev; do
  ! grep --extended-regexp 'ssl|sqlite|seccomp|python' \
    <<<"$(field "$name" Depends)" || die "$name depends on too much"
done
[[ $(field libairlock-dev Depends) == "libairlock1 (= $VERSION)" ]] ||
  die "libairlock-dev depends on: $(field libairlock-dev Depends)"

echo "== dpkg --install"
# The user's own system, which has the packages that Airlock
# depends on as this one has them, for dpkg to compare with.
PATH=$PATH:/usr/sbin:/sbin # dpkg wants ldconfig there.
readonly ADMIN=$ROOT/var/lib/dpkg
mkdir --parents "$ADMIN/info" "$ADMIN/updates" "$ADMIN/triggers"
names=$(for package in "${PACKAGES[@]}"; do
  dpkg-deb --field "$package" Depends
done | sed 's/ *([^)]*)//g; s/,/\n/g' | tr --delete ' ' | sort --unique |
  grep --invert-match airlock)
# A machine may have a library for several architectures; some packages are for
# all of them.
architecture=$(dpkg --print-architecture)
for name in $names; do
  dpkg-query --status "$name:$architecture" 2>query.log ||
    dpkg-query --status "$name" || die "no $name:" "$(cat query.log)"
  echo
done >"$ADMIN/status"
own_dpkg() {
  dpkg --root="$ROOT" --log=/dev/null --force-not-root \
    --force-script-chrootless "$@"
}
# What those packages are made of is of no interest.
install_packages() {
  own_dpkg --install "$@" 2>dpkg.log ||
    die "dpkg does not install $*:" "$(cat dpkg.log)"
}
# The library comes alone, too.
install_packages libairlock1_*.deb
install_packages "${PACKAGES[@]:1}"
for package in "${PACKAGES[@]}"; do
  name=${package%%_*}
  [[ $(own_dpkg --status "$name") == *'Status: install ok installed'* ]] ||
    die "dpkg has not installed $name"
  own_dpkg --verify "$name" || die "of $name, not what was packed is installed"
done
[[ $("$ROOT/usr/bin/airlock" --version) == \
  "airlock $VERSION (BoringSSL API "+([0-9])")" ]] ||
  die "no airlock command"

echo "== Debian's Python"
if [[ -n $HAS_PYTHON ]]; then
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
dpkg-deb --raw-extract libairlock1_*.deb raw
mkdir debian
printf 'Source: plain\n\nPackage: plain\nArchitecture: any\n' >debian/control
needs=$(dpkg-shlibdeps -Sraw -O plain_c 2>shlibdeps.log) ||
  die "dpkg-shlibdeps fails:" "$(cat shlibdeps.log)"
[[ $needs == *"libairlock1 (>= $VERSION)"* ]] ||
  die "it would depend on: $needs"

echo "== dpkg --purge"
own_dpkg --purge "${PACKAGES[@]%%_*}" 2>dpkg.log ||
  die "dpkg does not purge it:" "$(cat dpkg.log)"
left=$(find "$ROOT" -path "$ROOT/var" -prune -o -not -type d -print)
left+=$(find "$ROOT" -iname '*airlock*')
[[ -z $left ]] || die "purged, there still is:" "$left"
echo PASSED
