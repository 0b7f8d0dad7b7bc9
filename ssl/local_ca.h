// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A certificate authority that exists only in memory.
#ifndef AIRLOCK_SSL_LOCAL_CA_H_
#define AIRLOCK_SSL_LOCAL_CA_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ssl/secret.h"

namespace airlock::ssl {

struct LocalCaOptions {
  std::string common_name;
  absl::Time not_before;
  absl::Time not_after;
  // The only DNS names (and their subdomains) that it can certify (RFC 5280,
  // section 4.2.1.10); empty: any. IP addresses are not constrained: BoringSSL
  // rejects such constraints.
  std::vector<std::string> permitted_dns_names;
};

struct LeafOptions {
  std::string common_name;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;  // In text, such as "127.0.0.1".
  bool client = false;                    // For clientAuth, else serverAuth.
  absl::Time not_before;
  absl::Time not_after;
};

// A certificate and its private key (PKCS#8), both PEM.
struct Leaf {
  std::string certificate;
  Secret key;
};

// Makes ECDSA P-256 certificates for demonstrations and development. Its own
// key never leaves it and is wiped on destruction. Immutable, so thread-safe.
class LocalCa {
 public:
  // Errors: kInternal if BoringSSL fails; kInvalidArgument if an IP address is
  // invalid.
  static absl::StatusOr<std::unique_ptr<LocalCa>> Create(
      const LocalCaOptions& options);
  absl::StatusOr<Leaf> Issue(const LeafOptions& options) const;

  ~LocalCa();
  LocalCa(const LocalCa&) = delete;
  LocalCa& operator=(const LocalCa&) = delete;

  // The CA's own certificate in PEM, which a peer must trust.
  const std::string& certificate() const { return certificate_; }

 private:
  struct Impl;
  explicit LocalCa(std::unique_ptr<const Impl> impl, std::string certificate);

  std::unique_ptr<const Impl> impl_;
  std::string certificate_;
};

// A self-signed leaf that is not a CA: trusting it trusts only these names.
// Errors as for LocalCa.
absl::StatusOr<Leaf> MakeSelfSigned(const LeafOptions& options);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_LOCAL_CA_H_
