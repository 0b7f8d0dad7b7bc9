#!/bin/sh
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# usage: run_python.sh PYTHON MODULE SCRIPT ARG...
#
# Runs SCRIPT with the folder of MODULE, an `_ssl`, first on PYTHONPATH, and then
# that of the package `airlock`.

python=$1
modules=$PWD/${2%/*}
# AddressSanitizer's library must be loaded first. Leaks are not checked: Python
# itself does not free everything at exit.
asan=$(ldd "$2" | sed -n 's/.* => \(.*libasan\.[^ ]*\).*/\1/p')
if [ -n "$asan" ]; then
  export LD_PRELOAD="$asan" ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0"
fi
export PYTHONPATH="$modules:${modules%/*}/package" PYTHONDONTWRITEBYTECODE=1
shift 2
exec "$python" "$@"
