// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// That it was built is the test: see BUILD.
int main() { return 0; }
