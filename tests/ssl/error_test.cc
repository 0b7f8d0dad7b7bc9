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
  error.ech_retry_configs = std::string("\0\0011:", 4);
  return error;
}

TEST(ErrorTest, KeepsEveryField) {
  const Error in = Full();
  const absl::Status status = MakeStatus(in);
  EXPECT_EQ(status.message(), in.message);
  const std::optional<Error> out = GetError(status);
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
  EXPECT_EQ(out->ech_retry_configs, in.ech_retry_configs);
}

TEST(ErrorTest, EmptyRetryConfigsAreNotUnset) {
  Error error = Full();
  error.ech_retry_configs = "";
  EXPECT_EQ(GetError(MakeStatus(error))->ech_retry_configs, "");
}

TEST(ErrorTest, UnsetFieldsStayUnset) {
  const std::optional<Error> error =
      GetError(MakeStatus(ErrorKind::kTimeout, "too late"));
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, ErrorKind::kTimeout);
  EXPECT_EQ(error->message, "too late");
  EXPECT_EQ(error->reason, "");
  EXPECT_FALSE(error->alert.has_value());
  EXPECT_EQ(error->verify_code, 0);
  EXPECT_EQ(error->depth, -1);
  EXPECT_FALSE(error->ech_retry_configs.has_value());
}

TEST(ErrorTest, PartsAreJoined) {
  const absl::Status status =
      MakeStatus(ErrorKind::kInvalidArgument,
                 ErrorParts{"ciphers", "is empty", "leave it out"});
  EXPECT_EQ(status.message(), "ciphers: is empty; leave it out");
  const std::optional<Error> error = GetError(status);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->where, "ciphers");
  EXPECT_EQ(error->what, "is empty");
  EXPECT_EQ(error->advice, "leave it out");
  EXPECT_EQ(MakeStatus(ErrorKind::kTimeout, ErrorParts{"", "x"}).message(),
            "x");
  EXPECT_EQ(MakeStatus(ErrorKind::kTimeout,
                       ErrorParts{"a", "b", "c", /*after_where=*/" ",
                                  /*before_advice=*/". "})
                .message(),
            "a b. c");
}

absl::string_view Shout(absl::string_view name) {
  return name == "certfile" ? "--cert" : name;
}

TEST(ErrorTest, NamesAreKnownInEachText) {
  const absl::Status status = MakeStatus(
      ErrorKind::kCredentials,
      ErrorParts{ErrorText::Name("certfile"), "certfile is only a word here",
                 Named("compare {certfile} and {keyfile}")});
  EXPECT_EQ(status.message(),
            "certfile: certfile is only a word here; compare certfile and "
            "keyfile");
  EXPECT_EQ(MessageOf(status).Renamed(Shout),
            "--cert: certfile is only a word here; compare --cert and keyfile");
  // The parts of an error that is made from another.
  Error other = *GetError(status);
  other.message.clear();
  EXPECT_EQ(MessageOf(MakeStatus(other)).Renamed(Shout),
            "--cert certfile is only a word here; compare --cert and keyfile");
  EXPECT_EQ(
      MessageOf(MakeStatus(ErrorKind::kInternal,
                           JoinText("x: ", MessageOf(status), " (", 1, ")")))
          .Renamed(Shout),
      "x: --cert: certfile is only a word here; compare --cert and "
      "keyfile (1)");
}

TEST(ErrorTest, AStatusFromElsewhereHasNoNames) {
  EXPECT_EQ(MessageOf(absl::NotFoundError("certfile")).Renamed(Shout),
            "certfile");
}

TEST(ErrorTest, NamesOutsideTheTextAreDropped) {
  // Overlapping, after the end, and past it.
  const ErrorText text("certfile", {{0, 4}, {2, 2}, {4, 5}, {9, 1}});
  EXPECT_EQ(text.names().size(), 1);
  EXPECT_EQ(text.Renamed([](absl::string_view) { return "C"; }), "Cfile");
}

TEST(ErrorTest, OnlyNamesStandInBraces) {
  EXPECT_EQ(Named("").text(), "");
  EXPECT_EQ(Named("no name").names().size(), 0);
  const ErrorText text = Named("{a}{b} c");
  EXPECT_EQ(text.text(), "ab c");
  EXPECT_EQ(text.names().size(), 2);
}

TEST(ErrorTest, AlertZeroIsAnAlert) {
  Error error;
  error.alert = 0;
  EXPECT_EQ(GetError(MakeStatus(error))->alert, std::optional<uint8_t>(0));
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
