// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// SPIFFE IDs, as "The SPIFFE Identity and Verifiable Identity Document"
// (SPIFFE-ID.md, section 2) defines them: "spiffe://trust-domain/path".
#ifndef AIRLOCK_SSL_SPIFFE_ID_H_
#define AIRLOCK_SSL_SPIFFE_ID_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl {

// A valid SPIFFE ID. Immutable, so thread-safe.
class SpiffeId {
 public:
  // The most bytes of an ID, and of its trust domain (section 2.3).
  static constexpr size_t kMaxSize = 2048;
  static constexpr size_t kMaxTrustDomainSize = 255;

  // Parses `text`, which must be an ID byte by byte: nothing is normalized, so
  // two IDs are equal if and only if their texts are. Errors
  // (kInvalidArgument), each with its reason: another scheme than "spiffe",
  // upper case in the scheme or the trust domain, userinfo, a port, a query, a
  // fragment, percent-encoding, a segment that is empty, "." or "..", a "/" at
  // the end, any other character that the specification does not allow, more
  // bytes than the limits above.
  static absl::StatusOr<SpiffeId> Parse(absl::string_view text);

  // The ID itself.
  const std::string& text() const { return text_; }
  // "example.org". Valid as long as this object.
  absl::string_view trust_domain() const;
  // "/payroll/db", or empty. Valid as long as this object.
  absl::string_view path() const;

  friend bool operator==(const SpiffeId& a, const SpiffeId& b) {
    return a.text_ == b.text_;
  }
  friend bool operator!=(const SpiffeId& a, const SpiffeId& b) {
    return !(a == b);
  }

 private:
  SpiffeId(std::string text, size_t trust_domain_size)
      : text_(std::move(text)), trust_domain_size_(trust_domain_size) {}

  std::string text_;
  size_t trust_domain_size_;
};

// Ok if `name` is the name of a trust domain, such as "example.org" (section
// 2.1): 1 to 255 lower-case letters, digits, dots, dashes and underscores.
// Otherwise kInvalidArgument. Thread-safe.
absl::Status CheckTrustDomain(absl::string_view name);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SPIFFE_ID_H_
