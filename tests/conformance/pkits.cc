// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Prints how Airlock's verdicts differ from those of NIST's PKITS, in the form
// of BoringSSL's pki/testdata/nist-pkits:
//   bazel run //tests/conformance:pkits -- FOLDER [--profile compatible|strict]
// It fails if they differ in another way than pkits_differences.txt says.
#include <iostream>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "tests/conformance/arguments.h"
#include "tests/conformance/pkits_suite.h"

namespace {

int Fail(const absl::Status& status) {
  std::cerr << status.message() << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  using airlock::testing::ReadWholeFile;
  // The first argument is the list of differences, from the BUILD file.
  const auto all = absl::MakeConstSpan(argv, static_cast<size_t>(argc));
  const auto arguments =
      argc < 2 ? std::nullopt : airlock::testing::ReadArguments(all.subspan(2));
  if (!arguments.has_value()) {
    std::cerr << "usage: pkits FOLDER [--profile compatible|strict]\n";
    return 2;
  }
  const auto list = ReadWholeFile(all[1]);
  if (!list.ok()) return Fail(list.status());
  const auto differences =
      airlock::testing::ReadPkitsDifferences(*list, arguments->strict);
  if (!differences.ok()) return Fail(differences.status());
  const auto cases =
      airlock::testing::ReadPkits([&arguments](const std::string& path) {
        return ReadWholeFile(absl::StrCat(arguments->path, "/", path));
      });
  if (!cases.ok()) return Fail(cases.status());
  const airlock::testing::PkitsReport report =
      airlock::testing::RunPkits(*cases, *differences, arguments->strict);
  std::cout << "profile: " << (arguments->strict ? "strict" : "compatible")
            << "\n"
            << report.text;
  return report.as_expected ? 0 : 1;
}
