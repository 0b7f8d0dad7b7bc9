// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/spiffe_bundle.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace airlock::config {
namespace {

using Json = nlohmann::json;

constexpr size_t kPemLine = 64;

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the SPIFFE bundle (JWK set) is invalid: ", what));
}

// The text of a member that must be there.
absl::StatusOr<std::string> Member(const Json& element, const char* name,
                                   absl::string_view place) {
  const auto found = element.find(name);
  if (found != element.end() && found->is_string()) {
    return found->get<std::string>();
  }
  return Wrong(absl::StrCat(place, " has no text \"", name, "\""));
}

absl::Status AddPem(const Json& element, absl::string_view place,
                    std::string* pem) {
  const auto x5c = element.find("x5c");
  // A second certificate would be another CA, or an intermediate that is
  // trusted by mistake.
  if (x5c == element.end() || !x5c->is_array() || x5c->size() != 1 ||
      !x5c->front().is_string()) {
    return Wrong(
        absl::StrCat(place, ".x5c is not an array with one certificate"));
  }
  std::string der;
  if (!absl::Base64Unescape(x5c->front().get_ref<const std::string&>(), &der) ||
      der.empty()) {
    return Wrong(absl::StrCat(place, ".x5c[0] is not Base64"));
  }
  const std::string text = absl::Base64Escape(der);
  absl::StrAppend(pem, "-----BEGIN CERTIFICATE-----\n");
  for (size_t at = 0; at < text.size(); at += kPemLine) {
    absl::StrAppend(pem, absl::string_view(text).substr(at, kPemLine), "\n");
  }
  absl::StrAppend(pem, "-----END CERTIFICATE-----\n");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> SpiffeBundleToPem(absl::string_view content) {
  if (!absl::StartsWith(absl::StripLeadingAsciiWhitespace(content), "{")) {
    return std::string(content);
  }
  const Json set = Json::parse(content.begin(), content.end(), nullptr,
                               /*allow_exceptions=*/false);
  if (set.is_discarded()) return Wrong("it is not JSON");
  for (const char* name : {"spiffe_sequence", "spiffe_refresh_hint"}) {
    const auto number = set.find(name);
    if (number != set.end() && !number->is_number_unsigned()) {
      return Wrong(absl::StrCat(name, " is not an integer of at least 0"));
    }
  }
  const auto keys = set.find("keys");
  if (keys == set.end() || !keys->is_array()) {
    return Wrong("it has no array \"keys\"");
  }
  std::string pem;
  for (size_t i = 0; i < keys->size(); ++i) {
    const Json& element = (*keys)[i];
    const std::string place = absl::StrCat("keys[", i, "]");
    if (!element.is_object()) {
      return Wrong(absl::StrCat(place, " is not an object"));
    }
    const absl::StatusOr<std::string> type = Member(element, "kty", place);
    if (!type.ok()) return type.status();
    const absl::StatusOr<std::string> use = Member(element, "use", place);
    if (!use.ok()) return use.status();
    const bool known = *type == "RSA" || *type == "EC" || *type == "OKP";
    if (*use != "x509-svid" || !known) continue;
    const absl::Status added = AddPem(element, place, &pem);
    if (!added.ok()) return added;
  }
  if (!pem.empty()) return pem;
  return Wrong(
      "none of its keys has the use \"x509-svid\", so the trust domain has no "
      "X509-SVIDs");
}

}  // namespace airlock::config
