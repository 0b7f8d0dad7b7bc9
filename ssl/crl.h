// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A certificate revocation list (RFC 5280, section 5).
#ifndef AIRLOCK_SSL_CRL_H_
#define AIRLOCK_SSL_CRL_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl {

// A CRL. Immutable and cheap to copy (copies share), so thread-safe.
class Crl {
 public:
  // Parses one DER CRL. Trailing bytes, and bytes that are not a CRL, are an
  // error (kInvalidArgument).
  static absl::StatusOr<Crl> FromDer(absl::string_view der);

  // Its issuer as RFC 4514 writes it, such as "CN=Example CA,O=Example".
  std::string issuer() const;

  // The parsed form; for //ssl only.
  struct Impl;
  explicit Crl(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_CRL_H_
