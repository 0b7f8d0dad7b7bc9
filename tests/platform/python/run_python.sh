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
export PYTHONPATH="$modules:${modules%/*}/package" PYTHONDONTWRITEBYTECODE=1
shift 2
exec "$python" "$@"
