#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Installs libraries, headers, command and manual pages.
# See `usage` below.

set -euo pipefail
umask 022
shopt -s extglob

die() {
  printf 'install: error: %s\n' "$*" >&2
  exit 2
}

usage() {
  cat <<'END'
usage: bazel run //:install -- [--prefix DIR] [--libdir DIR]

Installs Airlock's libraries, headers, command and manual pages.

  --prefix DIR  below this absolute path; /usr/local unless given
  --libdir DIR  the libraries, below the prefix; lib unless given

With DESTDIR in the environment, everything goes below that folder, as if it
were the root.
END
}

prefix=/usr/local libdir=lib
while (($# > 0)); do
  case $1 in
    --prefix | --libdir)
      (($# > 1)) || die "$1 needs a value."
      declare "${1#--}=$2"
      shift
      ;;
    --prefix=* | --libdir=*) declare "${1#--}" ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) die "unknown argument \"$1\"; see --help." ;;
  esac
  shift
done
[[ $prefix == /* ]] || die "--prefix is \"$prefix\"; use an absolute path."
[[ $libdir != /* ]] || die "--libdir is \"$libdir\"; use a path below prefix."
readonly prefix=${prefix%/} libdir=${libdir%/}

# The files to install are next to this script, as Bazel puts them.
runfiles=${RUNFILES_DIR:-$0.runfiles}
[[ -d $runfiles ]] || runfiles=${BASH_SOURCE[0]%.runfiles/*}.runfiles
[[ -d $runfiles ]] || die "start it with: bazel run //:install"
cd "$runfiles/airlock"

readonly root=${DESTDIR:-}$prefix
readonly lib=$root/$libdir include=$root/include share=$root/share

put() { install -D --mode="$1" --target-directory="$2" "${@:3}"; }

fill_in() {
  local up=${libdir//+([^\/])/..}
  mkdir --parents "$(dirname "$2")"
  sed --expression="s|@PREFIX@|$prefix|g" \
    --expression="s|@LIBDIR@|$libdir|g" \
    --expression="s|@UP@|../../$up|g" \
    --expression="s|@VERSION@|$version|g" "$1" >"$2"
  chmod 644 "$2"
}

version_part() {
  sed -n "s/^#define AIRLOCK_VERSION_$1 //p" platform/c/airlock.h
}
version=$(version_part MAJOR).$(version_part MINOR).$(version_part PATCH)
readonly version

slim() {
  strip --strip-unneeded --remove-section=.comment --remove-section=.note \
    --enable-deterministic-archives "$@"
}

put 755 "$root/bin" platform/cli/airlock
slim "$root/bin/airlock"

install -D --mode=644 libairlock.so "$lib/libairlock.so.$version"
slim "$lib/libairlock.so.$version"
ln --symbolic --force "libairlock.so.$version" "$lib/libairlock.so.1"
ln --symbolic --force libairlock.so.1 "$lib/libairlock.so"
put 644 "$lib" libairlock.a packaging/libairlock_absl.a
slim "$lib/libairlock.a" "$lib/libairlock_absl.a"
fill_in packaging/airlock.pc.in "$lib/pkgconfig/airlock.pc"
fill_in packaging/airlock-cxx.pc.in "$lib/pkgconfig/airlock-cxx.pc"
for file in airlock-config airlock-config-version; do
  fill_in "packaging/$file.cmake.in" "$lib/cmake/airlock/$file.cmake"
done

# For `airlock python` and `airlock run`, which find them relative to
# themselves.
readonly modules=$root/lib/airlock/python
while read -r file; do
  put 644 "$modules/$(dirname "$file")" "platform/python/$file"
done < <(cd platform/python && find -L package/airlock -type f)
if [[ -d platform/python/py3 ]]; then
  put 644 "$modules/py3" platform/python/py3/_ssl.*
  slim "$modules"/py3/_ssl.*
fi

# The C header on its own, the C++ ones where only their users look.
put 644 "$include" platform/c/airlock.h
put_headers() {
  local headers header
  headers=$(find -L "$@" -name '*.h' -o -name '*.inc')
  while read -r header; do
    put 644 "$include/airlock/$(dirname "$header")" "$header"
  done <<<"$headers"
}
put_headers ssl config platform
(cd ../com_google_absl && put_headers absl)

mkdir --parents "$share/man/man1"
packaging/make_man.sh platform/cli/airlock >"$share/man/man1/airlock.1"
chmod 644 "$share/man/man1/airlock.1"
put 644 "$share/man/man3" packaging/libairlock.3
python3 packaging/function_pages.py platform/c/airlock.h "$share/man/man3"
chmod 644 "$share"/man/man3/airlock_*.3
put 644 "$share/man/man5" packaging/airlock.yaml.5
gzip --force --best --no-name "$share"/man/man1/airlock.1 \
  "$share"/man/man3/{libairlock,airlock_*}.3 "$share"/man/man5/airlock.yaml.5
install -D --mode=644 packaging/airlock.bash \
  "$share/bash-completion/completions/airlock"

licences=$share/doc/airlock/licences
install -D --mode=644 LICENSE "$licences/airlock"
install -D --mode=644 ../boringssl/LICENSE "$licences/boringssl"
install -D --mode=644 ../com_google_absl/LICENSE "$licences/abseil"
install -D --mode=644 third_party/nlohmann_json.LICENSE \
  "$licences/nlohmann-json"
install -D --mode=644 third_party/yaml-cpp.LICENSE "$licences/yaml-cpp"
install -D --mode=644 ../zlib/LICENSE "$licences/zlib"

echo "install: Airlock $version is in $root"
