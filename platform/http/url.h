// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// URLs of the scheme https (RFC 3986, RFC 9110 section 4.2.2).
#ifndef AIRLOCK_PLATFORM_HTTP_URL_H_
#define AIRLOCK_PLATFORM_HTTP_URL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::http {

// The parts of an https URL that a client needs.
struct Url {
  std::string host;  // In lower case; an IPv6 address without brackets.
  uint16_t port = 443;
  std::string target = "/";  // Path and query; begins with "/".
  std::string fragment;      // Without "#"; never sent.

  // "example.com", "[::1]:8443": the Host header. Without the port if it is
  // 443.
  std::string authority() const;
  // The same with the port in any case, for CONNECT.
  std::string host_and_port() const;
  std::string ToString() const;
  // Scheme, host and port are the same (RFC 6454).
  bool SameOrigin(const Url& other) const;
};

// Parses an absolute URL. Bytes above 127 in path, query and fragment are
// percent-encoded. Errors (Failure::kInvalidRequest) for another scheme than
// https; a user name or password, which belongs in the Authorization header; a
// host that is neither a DNS name in ASCII nor an address; a port that is not 1
// to 65535; spaces, control characters and backslashes. Messages never show a
// password. Pure and thread-safe, as is ResolveUrl.
absl::StatusOr<Url> ParseUrl(absl::string_view text);

// The URL that `reference`, such as the value of a Location header, means in a
// document at `base` (RFC 3986, section 5.2). Errors as for ParseUrl, but of
// kind kRedirect. A fragment of `base` stays if the reference has none (RFC
// 9110, section 10.2.2).
absl::StatusOr<Url> ResolveUrl(const Url& base, absl::string_view reference);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_URL_H_
