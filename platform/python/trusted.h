// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The CAs that an _ssl._SSLContext was given.
#ifndef AIRLOCK_PLATFORM_PYTHON_TRUSTED_H_
#define AIRLOCK_PLATFORM_PYTHON_TRUSTED_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/runtime.h"
#include "ssl/certificate.h"
#include "ssl/trust_store.h"

namespace airlock::python {

// Holds parsed bundles, which contexts share: a bundle is parsed once, however
// many contexts load it. Adding one again changes nothing, like OpenSSL's:
// programs load the same file for each connection. Guarded by the GIL.
class Trusted {
 public:
  // `runtime` must outlive this.
  explicit Trusted(platform::Runtime* runtime) : runtime_(runtime) {}

  // Adds the certificates and CRLs of a bundle, PEM or DER, which errors call
  // `name`. Errors: those of TrustStore::Builder::Add.
  absl::Status AddBundle(absl::string_view bytes, absl::string_view name);

  // Adds what a file holds. get_ca_certs() lists it.
  void AddFile(std::shared_ptr<const ssl::TrustStore> store);

  // Adds what a directory holds. get_ca_certs() lists of it only what has
  // verified a peer, like OpenSSL's, which reads directories on demand.
  void AddDirectory(std::shared_ptr<const ssl::TrustStore> store);

  // Adds the directories in `list`, a value of SSL_CERT_DIR. Like OpenSSL's,
  // they are not read before a peer has to be verified: Store() does that, each
  // time, so that it finds what has changed. get_ca_certs() lists of them what
  // it lists of other directories.
  void AddNamedDirectories(absl::string_view list);

  // Notes a place that holds no certificate, and why. It is an error of Store()
  // if nothing else was added.
  void AddAbsent(std::string why);

  // Notes that places were named, so that the platform's bundle does not apply.
  void NoteNamed();

  // Whether nothing was added or named: the platform's bundle applies.
  bool empty() const { return !named_; }

  // Whether Store() may have another result than when this was last called.
  bool TakeChanged() { return std::exchange(changed_, false); }

  // Everything that was added; null if empty(). Errors: kTrustStore if it holds
  // no certificate, or if a named directory cannot be read.
  absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> Store();

  // What get_ca_certs() and cert_store_stats() see. Errors: kInternal if out of
  // memory.
  absl::StatusOr<std::vector<ssl::Certificate>> Listed() const;
  size_t crl_count() const;

  // Lists the anchor of `chain`, which was verified, if a directory holds it.
  void NoteVerified(const std::vector<ssl::Certificate>& chain);

 private:
  using StorePtr = std::shared_ptr<const ssl::TrustStore>;

  // Adds `store` to `stores`, unless these have its content.
  void Add(StorePtr store, std::vector<StorePtr>* stores);

  // Reads the named directories. Adds to `absent` what holds no certificate,
  // and why.
  absl::Status ReadNamed(std::vector<std::string>* absent);

  // `stores` and the CRLs, as one.
  absl::StatusOr<StorePtr> Merge(const std::vector<StorePtr>& stores) const;

  platform::Runtime* runtime_;
  bool named_ = false;
  bool changed_ = false;
  std::vector<StorePtr> files_;
  std::vector<StorePtr> directories_;
  std::vector<std::string> named_directories_;  // Values of SSL_CERT_DIR.
  std::vector<StorePtr> read_;  // What Store() last read from these.
  // Bundles without a certificate; not null.
  std::unique_ptr<ssl::TrustStore::Builder> crls_ =
      std::make_unique<ssl::TrustStore::Builder>();
  std::vector<std::string> crl_digests_;  // SHA-256 of what `crls_` has.
  std::vector<ssl::Certificate> used_;
  std::vector<std::string> absent_;
};

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_TRUSTED_H_
