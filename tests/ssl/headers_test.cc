// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Building this is the test: see BUILD.
int main() { return 0; }
