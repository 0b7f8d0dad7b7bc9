# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The sources of Airlock's dependencies for MODULE.bazel (Bazel 7 and later)."""

load(":repositories.bzl", "airlock_sources")

def _sources_impl(_mctx):
    airlock_sources()

sources = module_extension(implementation = _sources_impl)
