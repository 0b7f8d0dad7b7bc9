// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/error.h"

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace airlock::ssl {
namespace {

Error Full() {
  Error error;
  error.kind = ErrorKind::kVerification;
  error.message = "the peer is not trusted";
  error.library = "SSL";
  error.reason = "CERTIFICATE_VERIFY_FAILED";
  error.detail = "certificate verify failed";
  error.alert = 48;
  error.verify_code = 20;
  error.verify_message = "unable to get local issuer certificate";
  error.depth = 0;
  // Text that looks like the payload's own structure, and a NUL.
  error.subject = std::string("CN=3:a,1:2,O=\0x", 15);
  return error;
}

TEST(ErrorTest, KeepsEveryField) {
  const Error in = Full();
  const absl::Status status = MakeStatus(in);
  EXPECT_EQ(status.message(), in.message);
  const absl::optional<Error> out = GetError(status);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->kind, in.kind);
  EXPECT_EQ(out->message, in.message);
  EXPECT_EQ(out->library, in.library);
  EXPECT_EQ(out->reason, in.reason);
  EXPECT_EQ(out->detail, in.detail);
  EXPECT_EQ(out->alert, in.alert);
  EXPECT_EQ(out->verify_code, in.verify_code);
  EXPECT_EQ(out->verify_message, in.verify_message);
  EXPECT_EQ(out->depth, in.depth);
  EXPECT_EQ(out->subject, in.subject);
}

TEST(ErrorTest, UnsetFieldsStayUnset) {
  const absl::optional<Error> error =
      GetError(MakeStatus(ErrorKind::kTimeout, "too late"));
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, ErrorKind::kTimeout);
  EXPECT_EQ(error->message, "too late");
  EXPECT_EQ(error->reason, "");
  EXPECT_FALSE(error->alert.has_value());
  EXPECT_EQ(error->verify_code, 0);
  EXPECT_EQ(error->depth, -1);
}

TEST(ErrorTest, AlertZeroIsAnAlert) {
  Error error;
  error.alert = 0;
  EXPECT_EQ(GetError(MakeStatus(error))->alert, absl::optional<uint8_t>(0));
}

TEST(ErrorTest, EveryKindHasItsNameAndAnErrorCode) {
  std::set<absl::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorKind::kClosed); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    const absl::Status status = MakeStatus(kind, "x");
    EXPECT_FALSE(status.ok()) << i;
    EXPECT_EQ(GetErrorKind(status), kind);
    names.insert(ErrorKindName(kind));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(ErrorKind::kClosed) + 1);
  EXPECT_EQ(ErrorKindName(ErrorKind::kInternal), "Internal");
  EXPECT_EQ(ErrorKindName(ErrorKind::kClosed), "Closed");
  EXPECT_EQ(ErrorKindName(static_cast<ErrorKind>(99)), "Internal");
}

TEST(ErrorTest, StatusesFromElsewhere) {
  EXPECT_FALSE(GetError(absl::OkStatus()).has_value());
  EXPECT_FALSE(GetError(absl::UnavailableError("net")).has_value());
  EXPECT_EQ(GetErrorKind(absl::UnavailableError("net")), ErrorKind::kInternal);
}

TEST(ErrorTest, AlertNames) {
  // RFC 8446, section 6.
  EXPECT_EQ(AlertName(0), "close_notify");
  EXPECT_EQ(AlertName(40), "handshake_failure");
  EXPECT_EQ(AlertName(48), "unknown_ca");
  EXPECT_EQ(AlertName(90), "user_canceled");
  EXPECT_EQ(AlertName(116), "certificate_required");
  EXPECT_EQ(AlertName(120), "no_application_protocol");
  EXPECT_EQ(AlertName(255), "unknown");
}

}  // namespace
}  // namespace airlock::ssl
