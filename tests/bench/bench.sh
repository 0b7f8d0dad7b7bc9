#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Starts the benchmark among its runfiles; see bench.py.
exec python3 tests/bench/bench.py "$@"
