// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs the paths of NIST's Public Key Interoperability Test Suite (PKITS)
// through Airlock's verification.
#ifndef AIRLOCK_TESTS_CONFORMANCE_PKITS_SUITE_H_
#define AIRLOCK_TESTS_CONFORMANCE_PKITS_SUITE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::testing {

// One path with its published verdict.
struct PkitsCase {
  std::string name;    // "Section1ValidSignaturesTest1".
  std::string number;  // "4.1.1", in NIST's document.
  bool is_valid = false;
  // In DER, from the trust anchor to the leaf.
  std::vector<std::string> certificates;
  std::vector<std::string> crls;
  // The inputs of RFC 5280, section 6.1.1, that differ from their defaults,
  // such as "InitialExplicitPolicy(true)".
  std::vector<std::string> inputs;
};

// Gets the content of a file of the suite, such as "certs/GoodCACert.crt".
using ReadPkitsFile =
    absl::FunctionRef<absl::StatusOr<std::string>(const std::string& path)>;

// Reads BoringSSL's form of the suite: `pkits_testcases-inl.h` lists the cases.
// An error names the case that cannot be read.
absl::StatusOr<std::vector<PkitsCase>> ReadPkits(ReadPkitsFile read);

// Verifies one path at the time when the suite was published, with CRLs for all
// its certificates. Ok if it is accepted. Airlock has none of PKITS's inputs
// for policies: its are always the defaults.
absl::Status VerifyPkitsCase(const PkitsCase& pkits_case, bool strict);

// Cases whose verdict differs from the published one, by name, with reasons.
using PkitsDifferences = std::map<std::string, std::string>;

// Reads lines of "PROFILE NAME REASON", where PROFILE is both, compatible or
// strict; blank lines and those that begin with "#" are ignored. Returns those
// of the profile. An error names the line.
absl::StatusOr<PkitsDifferences> ReadPkitsDifferences(absl::string_view text,
                                                      bool strict);

struct PkitsReport {
  std::string text;
  // Each verdict is the published one, or the difference is listed; and each
  // listed case differs.
  bool as_expected = false;
};

// Runs all cases. The text has totals by section, then the differences.
PkitsReport RunPkits(const std::vector<PkitsCase>& cases,
                     const PkitsDifferences& differences, bool strict);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_CONFORMANCE_PKITS_SUITE_H_
