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

// Every refusal has the same kind. Its message is for people, but tests check
// the words that distinguish one mistake from another.
inline void ExpectRefused(const Result& result, absl::string_view words) {
  ASSERT_FALSE(result.ok()) << "expected: " << words;
  EXPECT_EQ(GetErrorKind(result.status()), ErrorKind::kCredentials);
  EXPECT_THAT(std::string(result.status().message()),
              ::testing::HasSubstr(std::string(words)));
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
