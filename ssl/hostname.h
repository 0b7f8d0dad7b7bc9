// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Does a certificate carry the name of the host that was meant?
#ifndef AIRLOCK_SSL_HOSTNAME_H_
#define AIRLOCK_SSL_HOSTNAME_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"

namespace airlock::ssl {

struct HostnameOptions {
  // What ssl.match_hostname of Python 2.7 did, and RFC 9525 forbids: where a
  // certificate has no subjectAltName at all, a DNS name may be one of the
  // subject's common names. With a subjectAltName, of names of whatever type or
  // of none, the common name is not looked at; and it never stands for an IP
  // address. A connection holds the common name against the name constraints of
  // each issuer first. Off unless an old peer leaves no choice.
  bool common_name_fallback = false;
};

// What kind of reference identity (RFC 9525, section 6.1) a name is.
enum class HostKind { kDnsName, kIpAddress };

// A name to check, validated: a DNS name in lower case without the final dot,
// or an IP address as 4 or 16 bytes.
struct ReferenceHost {
  HostKind kind = HostKind::kDnsName;
  std::string value;
};

// Parses `host`: a DNS name in A-label form (underscores are allowed, as
// certificates carry them), or an IPv4 or IPv6 address in text (brackets around
// IPv6 and a zone are dropped). One final dot is dropped: "localhost." is the
// absolute form of "localhost" (RFC 1034, section 3.1), certificates carry
// names without it (RFC 5280, section 4.2.1.6), and so does SNI (RFC 6066,
// section 3). curl, Go and browsers do the same; OpenSSL, which compares the
// bytes, finds no match. A name in a certificate that ends with a dot matches
// nothing. Errors
// (kInvalidArgument): an empty name, a label that is empty or over 63 bytes, a
// NUL or another character that no host name has, a U-label (give the A-label,
// "xn--..."), an IPv4 address in no canonical form, such as "127.1".
absl::StatusOr<ReferenceHost> ParseHost(absl::string_view host);

// Whether the certificate's DNS-ID `pattern` covers the DNS name `host` (RFC
// 9525, section 6.3): equal without regard to ASCII case, or "*." as the whole
// left-most label, with at least two labels to follow, against exactly one
// label of `host`. Thread-safe.
bool MatchDnsName(absl::string_view pattern, absl::string_view host);

// Ok if `certificate` carries `host` among its subject alternative names: a DNS
// name by MatchDnsName, an IP address byte by byte. The common name does not
// count (RFC 9525, section 2) but as `options` say. Otherwise an error of kind
// ErrorKind::kHostname with verify_code 62 (DNS) or 64 (IP) that says which
// names the certificate does carry, or that they are malformed;
// kInvalidArgument where `host` is none. Thread-safe.
absl::Status MatchHostname(const Certificate& certificate,
                           absl::string_view host,
                           const HostnameOptions& options = {});

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_HOSTNAME_H_
