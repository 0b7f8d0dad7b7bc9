// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/spiffe_bundle.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace airlock::config {
namespace {

// The bytes are not a certificate, which is for others to say.
constexpr char kAnchor[] = R"({"use": "x509-svid", "kty": "EC", "crv": "P-256",
  "x": "fK", "y": "qZ", "x5c": ["MAA="]})";
constexpr char kPem[] =
    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

std::string Set(const std::string& keys, const std::string& more = "") {
  return absl::StrCat("{\"keys\": [", keys, "]", more, "}");
}

TEST(SpiffeBundleTest, TakesTheCasForX509Svids) {
  const std::string jwt =
      R"({"use": "jwt-svid", "kty": "RSA", "kid": "a", "n": "AQ", "e": "AQ"})";
  const std::string unknown_use =
      R"({"use": "ssh-svid", "kty": "EC", "x5c": ["MAE="]})";
  const std::string unknown_type =
      R"({"use": "x509-svid", "kty": "PQ", "x5c": ["MAE="]})";
  const absl::StatusOr<std::string> pem = SpiffeBundleToPem(
      absl::StrCat("\n ", Set(absl::StrCat(jwt, ",", kAnchor, ",", unknown_use,
                                           ",", unknown_type, ",", kAnchor),
                              R"(, "spiffe_sequence": 18446744073709551615,
              "spiffe_refresh_hint": 600, "other": null)")));
  ASSERT_TRUE(pem.ok()) << pem.status();
  EXPECT_EQ(*pem, absl::StrCat(kPem, kPem));
}

TEST(SpiffeBundleTest, OtherFormsAreUnchanged) {
  for (const std::string& text :
       {std::string(kPem), std::string(), std::string("\x30\x82\x00\x7b", 4)}) {
    EXPECT_EQ(SpiffeBundleToPem(text).value(), text);
  }
}

TEST(SpiffeBundleTest, RefusesAndNamesTheMember) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{", "not JSON"},
      {Set(kAnchor) + "x", "not JSON"},
      {"{}", "\"keys\""},
      {R"({"keys": {}})", "\"keys\""},
      {Set(""), "x509-svid"},
      {Set(R"({"use": "jwt-svid", "kty": "RSA"})"), "x509-svid"},
      {Set("7"), "keys[0] is not an object"},
      {Set(absl::StrCat(kAnchor, R"(, {"use": "x509-svid"})")),
       "keys[1] has no text \"kty\""},
      {Set(R"({"kty": "EC", "x5c": ["MAA="]})"), "keys[0] has no text \"use\""},
      {Set(R"({"kty": "EC", "use": 1})"), "keys[0] has no text \"use\""},
      {Set(R"({"use": "x509-svid", "kty": "EC"})"), "keys[0].x5c"},
      {Set(R"({"use": "x509-svid", "kty": "EC", "x5c": "MAA="})"),
       "keys[0].x5c"},
      {Set(R"({"use": "x509-svid", "kty": "EC", "x5c": []})"), "keys[0].x5c"},
      {Set(R"({"use": "x509-svid", "kty": "EC", "x5c": ["MAA=", "MAE="]})"),
       "keys[0].x5c"},
      {Set(R"({"use": "x509-svid", "kty": "EC", "x5c": [1]})"), "keys[0].x5c"},
      {Set(R"({"use": "x509-svid", "kty": "EC", "x5c": ["!"]})"),
       "keys[0].x5c[0] is not Base64"},
      {Set(R"({"use": "x509-svid", "kty": "EC", "x5c": [""]})"),
       "keys[0].x5c[0] is not Base64"},
      {Set(kAnchor, R"(, "spiffe_sequence": -1)"), "spiffe_sequence"},
      {Set(kAnchor, R"(, "spiffe_sequence": "1")"), "spiffe_sequence"},
      {Set(kAnchor, R"(, "spiffe_refresh_hint": 1.5)"), "spiffe_refresh_hint"},
      {Set(absl::StrCat("\xff", kAnchor)), "not JSON"},
      {Set(std::string(100'000, '[')), "not JSON"},
      {Set(std::string(100'000, '[') + std::string(100'000, ']')),
       "keys[0] is not an object"},
  };
  for (const auto& [text, why] : cases) {
    const absl::StatusOr<std::string> pem = SpiffeBundleToPem(text);
    ASSERT_FALSE(pem.ok()) << text.substr(0, 200);
    EXPECT_TRUE(absl::StrContains(pem.status().message(), why))
        << pem.status() << "\nwanted: " << why;
  }
}

}  // namespace
}  // namespace airlock::config
