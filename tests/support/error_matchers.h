// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Matchers of errors by their data: never by their wording.
//
//   EXPECT_THAT(status, ErrorIs(ErrorKind::kCredentials, "certfile"));
//   EXPECT_THAT(status, AllOf(ErrorIs(ErrorKind::kPolicy), HasAdvice()));
//   EXPECT_THAT(status, ErrorIs(absl::StatusCode::kNotFound, "/etc/ca.pem"));
#ifndef AIRLOCK_TESTS_SUPPORT_ERROR_MATCHERS_H_
#define AIRLOCK_TESTS_SUPPORT_ERROR_MATCHERS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "config/error_place.h"
#include "gmock/gmock.h"
#include "ssl/error.h"

namespace airlock {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status) {
  return status.status();
}

// The place that an error is about: where it says, or the place that a status
// from elsewhere carries.
inline std::string WhereOf(const absl::Status& status) {
  const std::optional<ssl::Error> error = ssl::GetError(status);
  const std::string where = error.has_value() ? error->where : "";
  return where.empty() ? config::PlaceOf(status) : where;
}

// Whether `arg` is an error of //ssl and its kind is `kind`.
MATCHER_P(KindIs, kind,
          std::string("is of kind ") + std::string(ssl::ErrorKindName(kind))) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  const std::optional<ssl::Error> error = ssl::GetError(status);
  return error.has_value() && error->kind == kind;
}

// Whether the code of `arg` is `code`.
MATCHER_P(CodeIs, code,
          std::string("has the code ") + absl::StatusCodeToString(code)) {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

// Whether the place of `arg` matches.
MATCHER_P(WhereIs, matcher, "has a place that matches") {
  const std::string where = WhereOf(StatusOf(arg));
  *result_listener << "the place \"" << where << "\" of "
                   << StatusOf(arg).ToString();
  return ::testing::Matches(::testing::SafeMatcherCast<std::string>(matcher))(
      where);
}

// Whether `arg` says what to do.
MATCHER(HasAdvice, "says what to do") {
  const std::optional<ssl::Error> error = ssl::GetError(StatusOf(arg));
  *result_listener << StatusOf(arg).ToString();
  return error.has_value() && !error->advice.empty();
}

// Whether the message of `arg` contains `text`: input, or what a callback or a
// transport of the test said. Never the product's own words.
MATCHER_P(Quotes, text, std::string("quotes \"") + std::string(text) + "\"") {
  *result_listener << StatusOf(arg).ToString();
  return absl::StrContains(StatusOf(arg).message(), text);
}

// Whether BoringSSL's (or OpenSSL's) reason of `arg` is `reason`.
MATCHER_P(ReasonIs, reason, std::string("has the reason ") + reason) {
  const std::optional<ssl::Error> error = ssl::GetError(StatusOf(arg));
  *result_listener << StatusOf(arg).ToString();
  return error.has_value() && error->reason == reason;
}

// Whether the verification of `arg` failed with this X509_V_ERR_* number.
MATCHER_P(VerifyCodeIs, code, "has this verify_code") {
  const std::optional<ssl::Error> error = ssl::GetError(StatusOf(arg));
  *result_listener << StatusOf(arg).ToString();
  return error.has_value() && error->verify_code == code;
}

inline auto ErrorIs(ssl::ErrorKind kind) { return KindIs(kind); }
inline auto ErrorIs(absl::StatusCode code) { return CodeIs(code); }

template <typename M>
auto ErrorIs(ssl::ErrorKind kind, M where) {
  return ::testing::AllOf(KindIs(kind), WhereIs(where));
}
template <typename M>
auto ErrorIs(absl::StatusCode code, M where) {
  return ::testing::AllOf(CodeIs(code), WhereIs(where));
}

}  // namespace airlock

#endif  // AIRLOCK_TESTS_SUPPORT_ERROR_MATCHERS_H_
