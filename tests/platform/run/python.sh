#!/bin/sh
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Executes the command in its arguments: Bazel's tests are files of this tree,
# and the interpreters are not.
exec "$@"
