// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/client_allow.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace airlock::cli {
namespace {

struct NameKind {
  absl::string_view prefix;
  absl::string_view type;
};

constexpr NameKind kNames[] = {
    {"dns", "DNS"}, {"email", "email"}, {"uri", "URI"}};

bool IsDigest(absl::string_view hex) {
  return hex.size() == 64 && std::all_of(hex.begin(), hex.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

std::string HexFingerprint(const ssl::Certificate& certificate) {
  return absl::BytesToHexString(certificate.Sha256Fingerprint());
}

}  // namespace

absl::StatusOr<ClientAllow::Rule> ClientAllow::ParseRule(
    absl::string_view text) {
  const size_t colon = std::min(text.find(':'), text.size());
  const absl::string_view kind = text.substr(0, colon);
  const absl::string_view value =
      colon < text.size() ? text.substr(colon + 1) : absl::string_view();
  if (kind == "sha256" || kind == "ca") {
    const std::string hex = absl::StrReplaceAll(value, {{":", ""}});
    if (!IsDigest(hex)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--client-allow=", text,
          " has no SHA-256 fingerprint: 64 hexadecimal digits, with or without "
          "colons"));
    }
    return Rule{kind == "ca" ? Kind::kIssuer : Kind::kFingerprint, "",
                absl::AsciiStrToLower(hex)};
  }
  for (const NameKind& name : kNames) {
    if (name.prefix != kind || value.empty()) continue;
    return Rule{Kind::kName, std::string(name.type), std::string(value)};
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--client-allow=", text,
      " is not a rule; use sha256:FINGERPRINT, ca:FINGERPRINT, dns:NAME, "
      "email:ADDRESS or uri:URI"));
}

absl::StatusOr<ClientAllow> ClientAllow::Parse(
    const std::vector<std::string>& rules) {
  ClientAllow allow;
  for (const std::string& text : rules) {
    absl::StatusOr<Rule> rule = ParseRule(text);
    if (!rule.ok()) return rule.status();
    allow.rules_.push_back(*std::move(rule));
  }
  return allow;
}

bool ClientAllow::Fits(const Rule& rule,
                       const std::vector<ssl::Certificate>& chain) {
  switch (rule.kind) {
    case Kind::kFingerprint:
      return HexFingerprint(chain[0]) == rule.value;
    case Kind::kIssuer:
      return std::any_of(std::next(chain.begin()), chain.end(),
                         [&rule](const ssl::Certificate& issuer) {
                           return HexFingerprint(issuer) == rule.value;
                         });
    case Kind::kName:
      break;
  }
  const absl::StatusOr<ssl::CertificateInfo> info = chain[0].Decode();
  if (!info.ok()) return false;
  return std::any_of(
      info->subject_alt_names.begin(), info->subject_alt_names.end(),
      [&rule](const ssl::SubjectAltName& name) {
        if (name.type != rule.name_type) return false;
        return name.type == "DNS"
                   ? absl::EqualsIgnoreCase(name.value, rule.value)
                   : name.value == rule.value;
      });
}

absl::Status ClientAllow::Check(const ssl::Socket& socket) const {
  const std::vector<ssl::Certificate>& chain = socket.verified_chain();
  if (!socket.peer_verified() || chain.empty()) {
    return absl::PermissionDeniedError(
        "this server is for clients with a certificate that it allows, and "
        "you sent none");
  }
  for (const Rule& rule : rules_) {
    if (Fits(rule, chain)) return absl::OkStatus();
  }
  return absl::PermissionDeniedError(absl::StrCat(
      "this server does not allow your certificate, ", chain[0].subject()));
}

}  // namespace airlock::cli
