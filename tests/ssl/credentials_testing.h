// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Shared by the tests of credentials.
#ifndef AIRLOCK_TESTS_SSL_CREDENTIALS_TESTING_H_
#define AIRLOCK_TESTS_SSL_CREDENTIALS_TESTING_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "tests/support/error_matchers.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {

using Result = absl::StatusOr<std::shared_ptr<const Credentials>>;

inline std::string Cert(absl::string_view name) {
  return airlock::testing::ReadTestdata(absl::StrCat("certs/", name));
}

// A callback that returns `password` and counts its calls.
inline PasswordCallback Password(absl::string_view password,
                                 int* calls = nullptr) {
  return [password = std::string(password), calls] {
    if (calls != nullptr) ++*calls;
    return absl::StatusOr<Secret>(Secret(password));
  };
}

inline Result Create(absl::string_view certfile, absl::string_view keyfile = "",
                     PasswordCallback password = nullptr) {
  CredentialsOptions options;
  options.certfile = Secret(certfile);
  if (!keyfile.empty()) options.keyfile = Secret(keyfile);
  options.password = std::move(password);
  return Credentials::Create(std::move(options));
}

// Expects an error about the input `where`, or that part of it.
inline void ExpectRefused(const Result& result, const std::string& where) {
  EXPECT_THAT(result, ErrorIs(ErrorKind::kCredentials, where));
}

// Expects the same, and the words that tell one mistake from another: for the
// tables of texts only.
inline void ExpectSaid(const Result& result, absl::string_view words) {
  EXPECT_THAT(result, KindIs(ErrorKind::kCredentials));
  EXPECT_THAT(std::string(result.status().message()),
              ::testing::HasSubstr(std::string(words)));
}

// Expects an error about the input `where` that says what to do.
inline void ExpectAdvised(const Result& result, const std::string& where) {
  EXPECT_THAT(result, ::testing::AllOf(ErrorIs(ErrorKind::kCredentials, where),
                                       HasAdvice()));
}

// The common names of the chain, as "CN=...".
inline std::vector<std::string> Subjects(const Credentials& credentials) {
  std::vector<std::string> subjects;
  for (const Certificate& certificate : credentials.chain()) {
    const std::string subject = certificate.subject();
    subjects.push_back(subject.substr(0, subject.find(',')));
  }
  return subjects;
}

}  // namespace airlock::ssl

#endif  // AIRLOCK_TESTS_SSL_CREDENTIALS_TESTING_H_
