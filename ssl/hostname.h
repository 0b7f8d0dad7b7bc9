// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Checks whether a certificate is valid for a host name.
#ifndef AIRLOCK_SSL_HOSTNAME_H_
#define AIRLOCK_SSL_HOSTNAME_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"

namespace airlock::ssl {

struct HostnameOptions {
  // Python 2.7's ssl.match_hostname did this; RFC 9525 forbids it. If a
  // certificate has no subjectAltName extension, a DNS name may match one of
  // the subject's common names. A subjectAltName of any content, even empty,
  // disables this, and a common name never matches an IP address. A connection
  // first checks the common name against each issuer's name constraints. Leave
  // it off unless an old peer requires it.
  bool common_name_fallback = false;
};

// The kind of a reference identity (RFC 9525, section 6.1).
enum class HostKind { kDnsName, kIpAddress };

// A name to check, validated: a DNS name in lower case without the final dot,
// or an IP address of 4 or 16 bytes.
struct ReferenceHost {
  HostKind kind = HostKind::kDnsName;
  std::string value;
};

// Parses `host`: a DNS name in A-label form (underscores are allowed:
// certificates contain them), or an IPv4 or IPv6 address in text (brackets
// around IPv6 and a zone are dropped). One final dot is dropped: "localhost."
// is the absolute form of "localhost" (RFC 1034, section 3.1), certificates
// carry names without it (RFC 5280, section 4.2.1.6), and so does SNI (RFC
// 6066, section 3). curl, Go and browsers do the same; OpenSSL compares the
// bytes and finds no match. A name in a certificate that ends with a dot
// matches nothing. Errors (kInvalidArgument): an empty name, a label that is
// empty or over 63 bytes, a NUL or another character that is invalid in host
// names, a U-label (give the A-label, "xn--..."), an IPv4 address that is not
// in canonical form, such as "127.1".
absl::StatusOr<ReferenceHost> ParseHost(absl::string_view host);

// Whether the certificate's DNS-ID `pattern` covers the DNS name `host` (RFC
// 9525, section 6.3): they are equal except for ASCII case, or the left-most
// label of `pattern` is "*", at least two labels follow, and "*" stands for
// exactly one label of `host`. Thread-safe.
bool MatchDnsName(absl::string_view pattern, absl::string_view host);

// Ok if `host` is among the subject alternative names of `certificate`: a DNS
// name by MatchDnsName, an IP address byte by byte. Ignores the common name
// (RFC 9525, section 2) unless `options` enable it. Otherwise an error of kind
// ErrorKind::kHostname with verify_code 62 (DNS) or 64 (IP) that lists the
// names in the certificate, or says that they are malformed; kInvalidArgument
// if `host` is invalid. Thread-safe.
absl::Status MatchHostname(const Certificate& certificate,
                           absl::string_view host,
                           const HostnameOptions& options = {});

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_HOSTNAME_H_
