#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# tools/get_python builds what is in a folder, and nothing else.
#   usage: get_python_test.sh GET_PYTHON
#
# The sources are a stand-in: its configure and Makefile write down what they are
# told, and install an interpreter that runs anything.

set -euo pipefail
GET_PYTHON=$PWD/$1
readonly GET_PYTHON SOURCE=$TEST_TMPDIR/source OUT=$TEST_TMPDIR/out
export XDG_CACHE_HOME=$TEST_TMPDIR/cache
readonly CACHE=$XDG_CACHE_HOME/airlock-pythons

die() {
  printf 'FAIL: %s\n' "$@" >&2
  cat "$OUT" >&2
  exit 1
}

# The archive must not be asked.
mkdir "$TEST_TMPDIR/bin"
printf '#!/bin/sh\necho "apt-get was called" >&2\nexit 1\n' \
  >"$TEST_TMPDIR/bin/apt-get"
chmod +x "$TEST_TMPDIR/bin/apt-get"
export PATH=$TEST_TMPDIR/bin:$PATH

mkdir --parents "$SOURCE/Include"
printf '#define PY_MAJOR_VERSION\t3\n#define PY_MINOR_VERSION        14\n' \
  >"$SOURCE/Include/patchlevel.h"
cat >"$SOURCE/configure" <<'END'
#!/bin/sh
prefix=${1#--prefix=}
shift
suffix=
[ "$1" != --disable-gil ] || suffix=t
cat >Makefile <<MAKE
all:
	touch built
install: built
	mkdir -p $prefix/bin
	printf '#!/bin/sh\nexit 0\n' >$prefix/bin/python3.14$suffix
	chmod +x $prefix/bin/python3.14$suffix
	echo "$*" >$prefix/options
MAKE
END
chmod +x "$SOURCE/configure"

# get STATUS ARGUMENT...
get() {
  local expected=$1 status=0
  shift
  "$GET_PYTHON" "$@" >"$OUT" 2>&1 || status=$?
  [[ $status == "$expected" ]] || die "get_python $* ends with $status"
  [[ -z $(compgen -G "$CACHE/.new.*") ]] || die "get_python $* leaves its work"
}
says() { grep --quiet --fixed-strings -- "$1" "$OUT" || die "it does not say: $1"; }

before=$(find "$SOURCE" | sort)
get 0 3.14 --free-threaded --source="$SOURCE"
[[ $(tail --lines=1 "$OUT") == "$CACHE/3.14t/python" ]] || die "it names no Python"
"$CACHE/3.14t/python" || die "there is no Python"
[[ $(cat "$CACHE/3.14t/usr/options") == --disable-gil ]] || die "it has a GIL"
get 0 3.14 --source="$SOURCE"
[[ -z $(cat "$CACHE/3.14/usr/options") ]] || die "configure gets options"
[[ $(readlink "$CACHE/3.14/python") == usr/bin/python3.14 ]] || die "no link"
[[ $(find "$SOURCE" | sort) == "$before" ]] || die "it writes into the sources"
[[ ! -e $CACHE/3.14.log ]] || die "it leaves its log"

# What is there is not built again, and needs no sources.
get 0 3.14 --source=/nowhere
says 'fetched before'
rm --recursive "$CACHE"

get 1 3.15 --source="$SOURCE"
says 'has the sources of CPython 3.14, not of 3.15'
get 1 3.14 --source="$TEST_TMPDIR/nowhere"
says 'nowhere'
get 1 3.14 --source="$TEST_TMPDIR/bin"
says 'configure or Include/patchlevel.h is missing'
touch "$SOURCE/Makefile"
get 1 3.14 --source="$SOURCE"
says 'make distclean'
rm "$SOURCE/Makefile"
get 2 3.14 --source=
get 2 3.14 --source "$SOURCE"
get 2 3.12 --free-threaded --source="$SOURCE"
[[ ! -e $CACHE ]] || die "an error leaves something in the cache"

# A build that fails leaves what was there, and its log.
mkdir --parents "$CACHE/3.14/usr"
sed --in-place 's/touch built/false/' "$SOURCE/configure"
get 1 3.14 --source="$SOURCE"
says "could not be built"
[[ -s $CACHE/3.14.log ]] || die "there is no log"
[[ -e $CACHE/3.14/usr ]] || die "it removed what was there"

get 1 3.14 --free-threaded
says 'apt has no archive'
