// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Trust domains and X509-SVIDs, made at run time.
#ifndef AIRLOCK_TESTS_SUPPORT_SVID_H_
#define AIRLOCK_TESTS_SUPPORT_SVID_H_

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <vector>

#include "ssl/certificate.h"
#include "ssl/credentials.h"
#include "ssl/spiffe_peers.h"
#include "ssl/trust_store.h"

namespace airlock::testing {

// A certificate with its issuers, but the root, and its key.
struct Svid {
  std::vector<ssl::Certificate> chain;  // Leaf first.
  std::string chain_pem;
  std::string key_pem;

  std::shared_ptr<const ssl::Credentials> credentials() const;
};

// What makes a certificate that is not a proper SVID.
struct SvidOptions {
  // In openssl.cnf's format; empty: no such extension.
  std::string alt_names;  // Instead of the URI.
  std::string key_usage = "critical,digitalSignature";
  std::string extended_key_usage = "serverAuth,clientAuth";
  bool is_ca = false;
};

// A signing certificate and its key.
class SpiffeCa {
 public:
  // A root. `alt_names` are in openssl.cnf's format; empty: none.
  explicit SpiffeCa(std::string name, const std::string& alt_names = "");
  // An intermediate of `issuer`, which must outlive this.
  SpiffeCa(std::string name, const SpiffeCa& issuer,
           const std::string& alt_names = "");

  // An SVID for `id`.
  Svid Issue(const std::string& id, const SvidOptions& options = {}) const;

  const ssl::Certificate& certificate() const { return certificate_; }
  // As the bundle of a trust domain.
  std::shared_ptr<const ssl::TrustStore> bundle() const;

 private:
  const std::string name_;
  const SpiffeCa* const issuer_ = nullptr;
  const bssl::UniquePtr<EVP_PKEY> key_;
  const ssl::Certificate certificate_;
};

// SpiffePeers::Create, which must succeed.
std::shared_ptr<const ssl::SpiffePeers> MakePeers(
    const std::vector<ssl::SpiffeBundle>& bundles,
    const std::vector<std::string>& allowed);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_SVID_H_
