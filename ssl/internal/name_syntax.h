// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The syntax of the names in certificates (RFC 5280, sections 4.2.1.6 and
// 4.2.1.10). Names are bytes from the peer; these functions only look at them.
#ifndef AIRLOCK_SSL_INTERNAL_NAME_SYNTAX_H_
#define AIRLOCK_SSL_INTERNAL_NAME_SYNTAX_H_

#include <openssl/base.h>
#include <openssl/x509v3.h>

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

// Whether `name` is a sequence of labels of 1 to 63 printable ASCII bytes, 253
// bytes at most. One final dot is allowed, and so are underscores and a
// wildcard: names in use have them, and what does not match a host is harmless.
bool IsDnsName(absl::string_view name);

// Whether `name` is a DNS name of letters, digits, hyphens and underscores
// alone, as a name constraint needs it: a wildcard has no meaning there.
bool IsDnsConstraint(absl::string_view name);

// "local@domain". Unset unless there is exactly one "@" and both parts are
// printable ASCII and not empty: a quoted "@" is ambiguous and not accepted.
struct Mailbox {
  absl::string_view local;
  absl::string_view domain;
};
std::optional<Mailbox> ParseMailbox(absl::string_view name);

// Whether `uri` is ASCII and begins with a scheme (RFC 3986, section 3.1).
bool IsAbsoluteUri(absl::string_view uri);

// The host of a URI with an authority, without user information and port. Unset
// if the URI has none, or if it is an IP address: RFC 5280 requires a fully
// qualified domain name where a constraint applies.
std::optional<absl::string_view> UriDnsHost(absl::string_view uri);

// Why a name of a subjectAltName is malformed; empty if it is not.
std::string MalformedNameReason(const GENERAL_NAME* name);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_NAME_SYNTAX_H_
