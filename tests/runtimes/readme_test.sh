#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Does what examples/README.md says, to the letter, with Airlock installed as
# docs/linking.md says.
#   usage: readme_test.sh INSTALL

set -euo pipefail
readonly INSTALL=$PWD/$1
export HOME=$TEST_TMPDIR
cp --recursive --dereference docs examples testdata "$TEST_TMPDIR"
cd "$TEST_TMPDIR"
export AIRLOCK_CONFIG=$PWD/airlock.yaml
echo 'tls: {verification: enforce}' >"$AIRLOCK_CONFIG"

# A document's first commands.
commands() { sed -n "/^\`\`\`sh\$/,/^\`\`\`\$/{/^\`\`\`sh/d;/^\`\`\`/q;p}" "$1"; }

# No Bazel inside of Bazel: what it would run is here.
bazel() {
  [[ "$1 $2 $3" == 'run //:install --' ]] || exit 2
  "$INSTALL" "${@:4}"
}
finish() {
  local status=$?
  jobs -p | xargs --no-run-if-empty kill
  ((status == 0)) || cat output.txt errors.txt
}
trap finish EXIT

commands docs/linking.md >install.sh
commands examples/README.md >run.sh
clients=$(grep --count --fixed-strings '"$@"' run.sh)
# shellcheck source=/dev/null
source ./install.sh >output.txt 2>errors.txt
# shellcheck source=/dev/null
source ./run.sh >output.txt 2>errors.txt
(($(grep --count --line-regexp 'hello, friend' output.txt) == clients))
for file in examples/{client.*,epoll_server.c,node/{addon.cc,client.js}}; do
  grep --quiet --fixed-strings "$file" run.sh # Not one is left out,
done
for file in examples/*.{c,lua,php,pl,rb} examples/node/*.{cc,h,js}; do
  (($(wc -l <"$file") < 100)) # and as short as it says.
done
echo PASSED
