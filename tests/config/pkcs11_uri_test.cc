// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/pkcs11_uri.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace airlock::config {
namespace {

TEST(Pkcs11UriTest, ReadsAttributes) {
  const absl::StatusOr<Pkcs11Uri> uri = ParsePkcs11Uri(
      "pkcs11:token=The%20Token;manufacturer=a;model=b;serial=c;slot-id=7;"
      "object=payroll%3B1;id=%01%aB;type=private");
  ASSERT_TRUE(uri.ok()) << uri.status();
  EXPECT_EQ(uri->token, "The Token");
  EXPECT_EQ(uri->manufacturer, "a");
  EXPECT_EQ(uri->model, "b");
  EXPECT_EQ(uri->serial, "c");
  EXPECT_EQ(uri->slot_id, 7u);
  EXPECT_EQ(uri->object, "payroll;1");
  EXPECT_EQ(uri->id, "\x01\xab");
}

TEST(Pkcs11UriTest, WhatIsMissingIsUnset) {
  const absl::StatusOr<Pkcs11Uri> uri = ParsePkcs11Uri("PKCS11:id=%00");
  ASSERT_TRUE(uri.ok()) << uri.status();
  EXPECT_EQ(uri->id, std::string(1, '\0'));
  EXPECT_FALSE(uri->object.has_value());
  EXPECT_FALSE(uri->token.has_value());
  EXPECT_FALSE(uri->slot_id.has_value());
}

TEST(Pkcs11UriTest, RefusesWhatItDoesNotUnderstand) {
  const auto refused = [](const std::string& text, const std::string& why) {
    const absl::StatusOr<Pkcs11Uri> uri = ParsePkcs11Uri(text);
    ASSERT_FALSE(uri.ok()) << text;
    EXPECT_TRUE(absl::StrContains(uri.status().message(), why)) << uri.status();
  };
  refused("/a/path", "does not begin");
  refused("pkcs11:", "not supported");
  refused("pkcs11:token=a", "names no key");
  refused("pkcs11:object=a;", "not supported");
  refused("pkcs11:object=a;Object=b", "not supported");
  refused("pkcs11:object=a;object=b", "twice");
  refused("pkcs11:object", "empty");
  refused("pkcs11:object=", "empty");
  refused("pkcs11:object=a;library-version=3", "not supported");
  refused("pkcs11:object=a;x-vendor=3", "not supported");
  refused("pkcs11:object=a b", "hexadecimal");
  refused("pkcs11:object=a/b", "hexadecimal");
  refused("pkcs11:object=%4", "two hexadecimal digits");
  refused("pkcs11:object=%4g", "two hexadecimal digits");
  refused("pkcs11:object=a;type=public", "private");
  refused("pkcs11:object=a;slot-id=-1", "not a number");
  refused("pkcs11:object=a;slot-id=99999999999999999999999", "not a number");
  refused("pkcs11:object=a?module-path=/x", "query");
}

TEST(Pkcs11UriTest, DoesNotRepeatAPin) {
  const absl::StatusOr<Pkcs11Uri> uri =
      ParsePkcs11Uri("pkcs11:object=a?pin-value=1234");
  ASSERT_FALSE(uri.ok());
  EXPECT_FALSE(absl::StrContains(uri.status().message(), "1234"));
}

}  // namespace
}  // namespace airlock::config
