// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A certificate authority that lives in memory and dies with it.
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
  // The only DNS names (and those below them) that it can vouch for (RFC 5280,
  // section 4.2.1.10); empty: any. IP addresses stay free: BoringSSL rejects
  // constraints on them.
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
// key never leaves it and is wiped with it. Immutable, so thread-safe.
class LocalCa {
 public:
  // Errors: kInternal, should BoringSSL fail; kInvalidArgument for an IP
  // address that is none.
  static absl::StatusOr<std::unique_ptr<LocalCa>> Create(
      const LocalCaOptions& options);
  absl::StatusOr<Leaf> Issue(const LeafOptions& options) const;

  ~LocalCa();
  LocalCa(const LocalCa&) = delete;
  LocalCa& operator=(const LocalCa&) = delete;

  // The CA's own certificate, PEM: what a peer has to trust.
  const std::string& certificate() const { return certificate_; }

 private:
  struct Impl;
  explicit LocalCa(std::unique_ptr<const Impl> impl, std::string certificate);

  std::unique_ptr<const Impl> impl_;
  std::string certificate_;
};

// A leaf that signed itself, and is not a CA: who trusts it trusts these names
// alone. Errors as of LocalCa.
absl::StatusOr<Leaf> MakeSelfSigned(const LeafOptions& options);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_LOCAL_CA_H_
