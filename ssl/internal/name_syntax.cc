// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/name_syntax.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

bool IsGraphic(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f'; });
}

bool IsHostCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
         c == '_' || c == '.';
}

// Whether the URI's host is an IPv4 address, or could be read as one.
bool LooksLikeIpv4(absl::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.';
  });
}

}  // namespace

bool IsDnsName(absl::string_view name) {
  absl::ConsumeSuffix(&name, ".");
  if (name.empty() || name.size() > 253 || !IsGraphic(name)) return false;
  const std::vector<absl::string_view> labels = absl::StrSplit(name, '.');
  return std::all_of(labels.begin(), labels.end(), [](absl::string_view label) {
    return !label.empty() && label.size() <= 63;
  });
}

bool IsDnsConstraint(absl::string_view name) {
  return IsDnsName(name) &&
         std::all_of(name.begin(), name.end(), IsHostCharacter);
}

std::optional<Mailbox> ParseMailbox(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '@');
  if (parts.size() != 2 || parts[0].empty() || !IsGraphic(parts[0]) ||
      !IsDnsName(parts[1])) {
    return std::nullopt;
  }
  return Mailbox{parts[0], parts[1]};
}

bool IsAbsoluteUri(absl::string_view uri) {
  const size_t colon = uri.find(':');
  if (colon == absl::string_view::npos || colon == 0 || !IsGraphic(uri) ||
      !absl::ascii_isalpha(static_cast<unsigned char>(uri[0]))) {
    return false;
  }
  const absl::string_view scheme = uri.substr(0, colon);
  return std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' ||
           c == '-' || c == '.';
  });
}

std::optional<absl::string_view> UriDnsHost(absl::string_view uri) {
  if (!IsAbsoluteUri(uri)) return std::nullopt;
  absl::string_view host = uri.substr(uri.find(':') + 1);
  if (!absl::ConsumePrefix(&host, "//")) return std::nullopt;
  host = host.substr(0, host.find_first_of("/?#\\"));
  const size_t at = host.rfind('@');
  if (at != absl::string_view::npos) host.remove_prefix(at + 1);
  if (absl::StartsWith(host, "[")) return std::nullopt;
  host = host.substr(0, host.find(':'));
  if (!IsDnsConstraint(host) || LooksLikeIpv4(host)) return std::nullopt;
  return host;
}

std::string MalformedNameReason(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS: {
      const absl::string_view dns = Asn1StringView(name->d.dNSName);
      if (IsDnsName(dns)) return "";
      return absl::StrCat("the DNS name \"", Shown(dns), "\" is malformed");
    }
    case GEN_IPADD: {
      const size_t size = Asn1StringView(name->d.iPAddress).size();
      if (size == 4 || size == 16) return "";
      return absl::StrCat("an IP address has ", size,
                          " bytes; 4 or 16 are allowed");
    }
    case GEN_EMAIL: {
      const absl::string_view email = Asn1StringView(name->d.rfc822Name);
      if (ParseMailbox(email).has_value()) return "";
      return absl::StrCat("the e-mail address \"", Shown(email),
                          "\" is malformed");
    }
    case GEN_URI: {
      const absl::string_view uri =
          Asn1StringView(name->d.uniformResourceIdentifier);
      if (IsAbsoluteUri(uri)) return "";
      return absl::StrCat("the URI \"", Shown(uri), "\" is malformed");
    }
    default:
      return "";
  }
}

}  // namespace airlock::ssl::internal
