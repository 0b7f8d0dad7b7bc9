// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/host_pattern.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "config/internal/text.h"

namespace airlock::config {
namespace {

// `text` as an address in RFC 5952 form; empty if it is not an address.
std::string NormalAddress(absl::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return "";
  std::array<char, INET6_ADDRSTRLEN> written{};
  in_addr v4{};
  in6_addr v6{};
  const char* normal = nullptr;
  if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1) {
    normal = inet_ntop(AF_INET, &v4, written.data(), written.size());
  } else if (inet_pton(AF_INET6, terminated.c_str(), &v6) == 1) {
    normal = inet_ntop(AF_INET6, &v6, written.data(), written.size());
  }
  return normal == nullptr ? "" : normal;
}

bool IsLabel(absl::string_view label) {
  return !label.empty() && label.size() <= 63 &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '-' || c == '_';
         });
}

// Why `name` is not a DNS name; "" if it is one.
std::string Complaint(absl::string_view name) {
  if (!std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isascii(static_cast<unsigned char>(c));
      })) {
    return "it is not ASCII; write it as A-labels (\"xn--...\"), as "
           "certificates do";
  }
  if (name.size() > 253) return "it is longer than 253 characters";
  const std::vector<absl::string_view> labels = absl::StrSplit(name, '.');
  for (const absl::string_view label : labels) {
    if (!IsLabel(label)) {
      return absl::StrCat("\"", internal::Shown(label),
                          "\" is not a valid DNS label");
    }
  }
  // Otherwise a mistyped address would be a name.
  if (std::all_of(labels.back().begin(), labels.back().end(),
                  [](char c) { return c >= '0' && c <= '9'; })) {
    return "it ends in a number, but is not an IP address";
  }
  return "";
}

std::string NormalName(absl::string_view name) {
  return absl::AsciiStrToLower(absl::StripSuffix(name, "."));
}

// `host` in the form of HostPattern::text(); empty if it is not one. No address
// is a name: one has a colon, or ends in a number.
std::string NormalHost(absl::string_view host) {
  const bool bracketed = absl::ConsumePrefix(&host, "[");
  if (bracketed && !absl::ConsumeSuffix(&host, "]")) return "";
  if (bracketed || absl::StrContains(host, ':')) {
    // A zone (RFC 4007, section 11) is not part of the address.
    const absl::string_view address = host.substr(0, host.find('%'));
    return absl::StrContains(address, ':') ? NormalAddress(address) : "";
  }
  std::string address = NormalAddress(host);
  if (!address.empty()) return address;
  std::string name = NormalName(host);
  return Complaint(name).empty() ? name : "";
}

}  // namespace

absl::StatusOr<HostPattern> HostPattern::Parse(absl::string_view text) {
  std::string address = NormalAddress(text);
  if (!address.empty()) return HostPattern(Kind::kAddress, std::move(address));
  std::string normal = NormalName(text);
  absl::string_view name = normal;
  const bool is_suffix = absl::ConsumePrefix(&name, "*.");
  std::string complaint = Complaint(name);
  if (complaint.empty() && is_suffix && !absl::StrContains(name, '.')) {
    complaint = "it is too broad; at least two labels must follow \"*.\"";
  }
  if (!complaint.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", internal::Shown(text),
        "\" is not a DNS name, a \"*.\" pattern or an IP address: ",
        complaint));
  }
  return HostPattern(is_suffix ? Kind::kSuffix : Kind::kName,
                     std::move(normal));
}

bool HostPattern::IsHost(absl::string_view host) {
  return !NormalHost(host).empty();
}

bool HostPattern::Matches(absl::string_view host) const {
  const std::string name = NormalHost(host);
  if (kind_ != Kind::kSuffix) return name == text_;
  const size_t dot = name.find('.');
  return dot != std::string::npos && absl::string_view(name).substr(dot) ==
                                         absl::string_view(text_).substr(1);
}

}  // namespace airlock::config
