// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/spiffe_id.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ssl/error.h"
#include "ssl/shown.h"

namespace airlock::ssl {
namespace {

constexpr absl::string_view kScheme = "spiffe://";

bool IsPunctuation(char c) { return c == '.' || c == '-' || c == '_'; }

bool IsTrustDomainCharacter(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || IsPunctuation(c);
}

bool IsPathCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || IsPunctuation(c);
}

// Why `name` is not a trust domain; empty if it is one.
absl::string_view TrustDomainFault(absl::string_view name) {
  if (name.empty()) return "the trust domain is missing";
  for (const char c : name) {
    if (IsTrustDomainCharacter(c)) continue;
    if (absl::ascii_isupper(static_cast<unsigned char>(c))) {
      return "the trust domain has upper-case letters";
    }
    switch (c) {
      case '@':
        return "userinfo is not allowed";
      case ':':
        return "a port is not allowed";
      case '%':
        return "percent-encoding is not allowed";
      case '?':
        return "a query is not allowed";
      case '#':
        return "a fragment is not allowed";
      default:
        return "a trust domain may contain only lower-case letters, digits, "
               "dots, dashes and underscores";
    }
  }
  if (name.size() > SpiffeId::kMaxTrustDomainSize) {
    return "the trust domain has more than 255 bytes";
  }
  return "";
}

// The same for a path.
absl::string_view PathFault(absl::string_view path) {
  if (path.empty()) return "";
  for (const char c : path) {
    if (c == '/' || IsPathCharacter(c)) continue;
    switch (c) {
      case '%':
        return "percent-encoding is not allowed";
      case '?':
        return "a query is not allowed";
      case '#':
        return "a fragment is not allowed";
      default:
        return "a path may contain only letters, digits, dots, dashes and "
               "underscores";
    }
  }
  if (path.back() == '/') return "the path ends with a \"/\"";
  for (const absl::string_view segment : absl::StrSplit(path.substr(1), '/')) {
    if (segment.empty()) return "a segment of the path is empty";
    if (segment == "." || segment == "..") {
      return "the segments \".\" and \"..\" are not allowed";
    }
  }
  return "";
}

}  // namespace

absl::StatusOr<SpiffeId> SpiffeId::Parse(absl::string_view text) {
  absl::string_view fault;
  size_t domain_size = 0;
  if (text.size() > kMaxSize) {
    fault = "it has more than 2048 bytes";
  } else if (!absl::StartsWith(text, kScheme)) {
    fault = "it must begin with \"spiffe://\", in lower case";
  } else {
    const absl::string_view rest = text.substr(kScheme.size());
    const absl::string_view domain = rest.substr(0, rest.find('/'));
    domain_size = domain.size();
    fault = TrustDomainFault(domain);
    if (fault.empty()) fault = PathFault(rest.substr(domain_size));
  }
  if (fault.empty()) return SpiffeId(std::string(text), domain_size);
  return MakeStatus(
      ErrorKind::kInvalidArgument,
      absl::StrCat("\"", Shown(text), "\" is not a SPIFFE ID: ", fault));
}

absl::string_view SpiffeId::trust_domain() const {
  return absl::string_view(text_).substr(kScheme.size(), trust_domain_size_);
}

absl::string_view SpiffeId::path() const {
  return absl::string_view(text_).substr(kScheme.size() + trust_domain_size_);
}

absl::Status CheckTrustDomain(absl::string_view name) {
  if (absl::StartsWith(name, kScheme)) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      absl::StrCat("\"", Shown(name),
                                   "\" is not a trust domain: it is written "
                                   "without \"spiffe://\""));
  }
  const absl::string_view fault = TrustDomainFault(name);
  if (fault.empty()) return absl::OkStatus();
  return MakeStatus(
      ErrorKind::kInvalidArgument,
      absl::StrCat("\"", Shown(name), "\" is not a trust domain: ", fault));
}

}  // namespace airlock::ssl
