// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/url.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "platform/http/error.h"
#include "platform/http/internal/address_bytes.h"
#include "ssl/shown.h"

namespace airlock::http {
namespace {

constexpr absl::string_view kScheme = "https";
constexpr size_t kIpv4Size = 4;
constexpr size_t kIpv6Size = 16;

absl::Status Invalid(absl::string_view message) {
  return MakeFailure(Failure::kInvalidRequest, message);
}

// The scheme in front of the first ":" that no "/", "?" or "#" precedes; empty
// without a scheme.
absl::string_view SchemeOf(absl::string_view text) {
  const size_t end = text.find_first_of(":/?#");
  if (end == absl::string_view::npos || text[end] != ':' || end == 0 ||
      !absl::ascii_isalpha(static_cast<unsigned char>(text[0]))) {
    return "";
  }
  const absl::string_view scheme = text.substr(0, end);
  const bool valid = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' ||
           c == '-' || c == '.';
  });
  return valid ? scheme : "";
}

absl::StatusOr<std::string> Encode(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '\\') {
      return Invalid(
          absl::StrCat("the URL's path has a space, control character or "
                       "backslash; write it as %",
                       absl::Hex(byte, absl::kZeroPad2)));
    }
    if (byte > 0x7f) {
      absl::StrAppend(&encoded, "%",
                      absl::AsciiStrToUpper(
                          absl::StrCat(absl::Hex(byte, absl::kZeroPad2))));
    } else {
      encoded.push_back(c);
    }
  }
  return encoded;
}

bool IsNumber(absl::string_view text) {
  const bool hex = absl::ConsumePrefix(&text, "0x");
  return (hex || !text.empty()) &&
         std::all_of(text.begin(), text.end(),
                     hex ? absl::ascii_isxdigit : absl::ascii_isdigit);
}

absl::StatusOr<std::string> ParseHost(absl::string_view text) {
  std::string host = absl::AsciiStrToLower(text);
  if (absl::ConsumePrefix(&text, "[")) {
    if (absl::ConsumeSuffix(&text, "]")) {
      host = absl::AsciiStrToLower(text);
      if (internal::AddressBytes(host).size() == kIpv6Size) return host;
    }
    return Invalid(absl::StrCat("\"", ssl::Shown(host),
                                "\" in the URL is not an IPv6 address"));
  }
  // Its last label is a number, as in an IPv4 address (WHATWG's URL standard,
  // "ends in a number"). Resolvers also take 127.1, octal and hexadecimal
  // numbers for addresses, but no certificate has such a name.
  absl::string_view last = absl::StripSuffix(host, ".");
  last = last.substr(last.rfind('.') + 1);
  if (IsNumber(last) && internal::AddressBytes(host).size() != kIpv4Size) {
    return Invalid(absl::StrCat(
        "\"", ssl::Shown(text),
        "\" in the URL is an IPv4 address, but not in the form 192.0.2.1"));
  }
  const bool valid = std::all_of(host.begin(), host.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
           c == '.' || c == '_';
  });
  if (host.empty() || !valid || host.size() > 253 || host.front() == '.' ||
      absl::StrContains(host, "..")) {
    return Invalid(absl::StrCat(
        "\"", ssl::Shown(text),
        "\" in the URL is not a host name; names outside ASCII are written "
        "with xn--"));
  }
  return host;
}

absl::Status ParseAuthority(absl::string_view text, Url* url) {
  if (absl::StrContains(text, '@')) {
    return Invalid(
        "the URL has a user name or password before the host; set the "
        "Authorization header instead");
  }
  const size_t bracket = text.rfind(']');
  size_t colon = text.rfind(':');
  if (colon != absl::string_view::npos && bracket != absl::string_view::npos &&
      colon < bracket) {
    colon = absl::string_view::npos;
  }
  if (colon != absl::string_view::npos && colon + 1 < text.size()) {
    const absl::string_view digits = text.substr(colon + 1);
    uint32_t port = 0;
    if (!std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit) ||
        !absl::SimpleAtoi(digits, &port) || port < 1 || port > 65535) {
      return Invalid(absl::StrCat("the URL's port is \"", ssl::Shown(digits),
                                  "\"; it must be 1 to 65535"));
    }
    url->port = static_cast<uint16_t>(port);
  }
  absl::StatusOr<std::string> host = ParseHost(text.substr(0, colon));
  if (!host.ok()) return host.status();
  url->host = *std::move(host);
  return absl::OkStatus();
}

// What follows the authority: path, query and fragment.
absl::Status ParseTarget(absl::string_view text, Url* url) {
  const size_t hash = text.find('#');
  if (hash != absl::string_view::npos) {
    absl::StatusOr<std::string> fragment = Encode(text.substr(hash + 1));
    if (!fragment.ok()) return fragment.status();
    url->fragment = *std::move(fragment);
    text = text.substr(0, hash);
  }
  absl::StatusOr<std::string> target = Encode(text);
  if (!target.ok()) return target.status();
  url->target =
      absl::StrCat(absl::StartsWith(*target, "/") ? "" : "/", *target);
  return absl::OkStatus();
}

// RFC 3986, section 5.2.4, for a path that begins with "/".
std::string RemoveDotSegments(absl::string_view path) {
  std::vector<absl::string_view> kept;
  const std::vector<absl::string_view> segments =
      absl::StrSplit(path.substr(1), '/');
  for (size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if (segments[i] == "." || segments[i] == "..") {
      if (segments[i] == ".." && !kept.empty()) kept.pop_back();
      if (last) kept.push_back("");
    } else {
      kept.push_back(segments[i]);
    }
  }
  return absl::StrCat("/", absl::StrJoin(kept, "/"));
}

// The target of a relative reference that has a path.
std::string Merge(const Url& base, absl::string_view reference) {
  const size_t query = reference.find('?');
  const absl::string_view path = reference.substr(0, query);
  const absl::string_view rest =
      query == absl::string_view::npos ? "" : reference.substr(query);
  if (absl::StartsWith(path, "/")) {
    return absl::StrCat(RemoveDotSegments(path), rest);
  }
  absl::string_view directory = base.target;
  directory = directory.substr(0, directory.find('?'));
  directory = directory.substr(0, directory.rfind('/') + 1);
  return absl::StrCat(RemoveDotSegments(absl::StrCat(directory, path)), rest);
}

absl::StatusOr<Url> Resolve(const Url& base, absl::string_view reference) {
  if (!SchemeOf(reference).empty()) return ParseUrl(reference);
  if (absl::StartsWith(reference, "//")) {
    return ParseUrl(absl::StrCat(kScheme, ":", reference));
  }
  Url url;
  url.host = base.host;
  url.port = base.port;
  const size_t hash = reference.find('#');
  const absl::string_view part = reference.substr(0, hash);
  const absl::string_view fragment =
      hash == absl::string_view::npos ? "" : reference.substr(hash);
  std::string target;
  if (part.empty()) {
    target = base.target;
  } else if (part[0] == '?') {
    target = absl::StrCat(base.target.substr(0, base.target.find('?')), part);
  } else {
    target = Merge(base, part);
  }
  const absl::Status status = ParseTarget(absl::StrCat(target, fragment), &url);
  if (!status.ok()) return status;
  return url;
}

}  // namespace

std::string Url::authority() const {
  if (port != 443) return host_and_port();
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]") : host;
}

std::string Url::host_and_port() const {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

std::string Url::ToString() const {
  return absl::StrCat(kScheme, "://", authority(), target,
                      fragment.empty() ? "" : "#", fragment);
}

bool Url::SameOrigin(const Url& other) const {
  return host == other.host && port == other.port;
}

absl::StatusOr<Url> ParseUrl(absl::string_view text) {
  const absl::string_view scheme = SchemeOf(text);
  if (scheme.empty()) {
    return Invalid("the URL has no scheme; write it as https://HOST/PATH");
  }
  if (!absl::EqualsIgnoreCase(scheme, kScheme)) {
    return Invalid(absl::StrCat("the URL's scheme is ", ssl::Shown(scheme),
                                "; only https is supported"));
  }
  text.remove_prefix(scheme.size() + 1);
  if (!absl::ConsumePrefix(&text, "//")) {
    return Invalid("the URL has no host; write it as https://HOST/PATH");
  }
  // A backslash ends the authority in browsers only: refuse it.
  const size_t end = std::min(text.find_first_of("/?#\\"), text.size());
  Url url;
  absl::Status status = ParseAuthority(text.substr(0, end), &url);
  if (status.ok()) status = ParseTarget(text.substr(end), &url);
  if (!status.ok()) return status;
  return url;
}

absl::StatusOr<Url> ResolveUrl(const Url& base, absl::string_view reference) {
  absl::StatusOr<Url> url = Resolve(base, reference);
  if (!url.ok()) {
    return MakeFailure(
        Failure::kRedirect,
        absl::StrCat("the redirect from ", base.authority(),
                     " cannot be followed: ", url.status().message()));
  }
  if (url->fragment.empty()) url->fragment = base.fragment;
  return url;
}

}  // namespace airlock::http
