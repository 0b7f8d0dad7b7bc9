// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The hosts that a policy's exception applies to.
#ifndef AIRLOCK_CONFIG_HOST_PATTERN_H_
#define AIRLOCK_CONFIG_HOST_PATTERN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::config {

// A DNS name ("db.corp.internal"), a suffix ("*.corp.internal") or an IP
// address ("192.0.2.1", "2001:db8::1"). Immutable and thread-safe.
class HostPattern {
 public:
  enum class Kind { kName, kSuffix, kAddress };

  // DNS names are ASCII (IDNA A-labels) with labels of letters, digits, "-" and
  // "_", also at their ends (RFC 2181, section 11): a certificate may have such
  // a name. Case and one final dot are ignored. As in a certificate, "*" must
  // be the left-most label and stands for exactly one label; two or more labels
  // must follow it. Errors (kInvalidArgument) say what is wrong.
  static absl::StatusOr<HostPattern> Parse(absl::string_view text);

  // Whether the pattern matches `host`, a DNS name or IP address as an
  // application gives it, in each spelling that ssl/hostname.h verifies as the
  // pattern's host. IPv6 addresses may be in brackets and have a zone
  // ("%eth0"), which is ignored. Never matches anything else.
  bool Matches(absl::string_view host) const;

  // Whether `host` is a DNS name or IP address in this sense. If not, nothing
  // is known about which patterns are meant for it.
  static bool IsHost(absl::string_view host);

  Kind kind() const { return kind_; }
  // In lower case, without a final dot; addresses in RFC 5952 form.
  const std::string& text() const { return text_; }

 private:
  HostPattern(Kind kind, std::string text)
      : kind_(kind), text_(std::move(text)) {}

  Kind kind_;
  std::string text_;
};

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_HOST_PATTERN_H_
