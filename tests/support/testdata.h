// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The files of //testdata, read by name.
#ifndef AIRLOCK_TESTS_SUPPORT_TESTDATA_H_
#define AIRLOCK_TESTS_SUPPORT_TESTDATA_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::testing {

// The path of testdata/`name`, such as TestdataPath("certs/ca.pem").
std::string TestdataPath(absl::string_view name);

// The whole content of testdata/`name`. Ends the test program, with the path,
// if the file cannot be read.
std::string ReadTestdata(absl::string_view name);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_TESTDATA_H_
