// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/trust_store_impl.h"

#include <algorithm>

#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/name_key.h"
#include "ssl/internal/trust_settings.h"

namespace airlock::ssl {
namespace {

absl::Status CannotFill() {
  return internal::DrainToStatus(ErrorKind::kInternal,
                                 "cannot fill the trust store");
}

X509* X509Of(const Certificate& certificate) {
  return certificate.impl().x509.get();
}

}  // namespace

absl::Status TrustStore::Impl::Finish() {
  const internal::ErrorQueueScope scope;
  store.reset(X509_STORE_new());
  if (store == nullptr) return CannotFill();
  added_ = std::make_unique<std::atomic<bool>[]>(certificates.size());
  by_subject_.reserve(certificates.size());
  for (size_t i = 0; i < certificates.size(); ++i) {
    const internal::LazyCertificate& certificate = *certificates[i];
    by_subject_.emplace_back(certificate.subject_key(), i);
    if (!internal::HasTrustSettings(certificate.settings())) continue;
    absl::StatusOr<Certificate> decoded = certificate.Get();
    if (!decoded.ok()) return decoded.status();
    settings.push_back({*std::move(decoded), certificate.settings()});
  }
  std::sort(by_subject_.begin(), by_subject_.end());
  return absl::OkStatus();
}

const internal::LazyCertificate* TrustStore::Impl::Find(
    uint32_t subject_key, absl::string_view der) const {
  auto found = std::lower_bound(by_subject_.begin(), by_subject_.end(),
                                std::make_pair(subject_key, uint32_t{0}));
  for (; found != by_subject_.end() && found->first == subject_key; ++found) {
    const Entry& entry = certificates[found->second];
    if (entry->der() == der) return entry.get();
  }
  return nullptr;
}

bool TrustStore::Impl::Contains(const Certificate& certificate) const {
  const uint32_t key =
      internal::NameKey(X509_get_subject_name(X509Of(certificate)));
  return Find(key, certificate.der()) != nullptr;
}

absl::Status TrustStore::Impl::AddToStore(
    size_t index, const Certificate& certificate) const {
  std::atomic<bool>& is_added = added_[index];
  if (is_added.load(std::memory_order_acquire)) return absl::OkStatus();
  // Two threads may both come here: BoringSSL ignores the second.
  if (!X509_STORE_add_cert(store.get(), X509Of(certificate))) {
    return CannotFill();
  }
  is_added.store(true, std::memory_order_release);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Certificate>> TrustStore::Impl::Reachable(
    absl::Span<const Certificate> presented) const {
  const internal::ErrorQueueScope scope;
  // The names that were seen, and how many of them were looked up.
  std::vector<uint32_t> keys;
  const auto see = [&keys](const X509_NAME* name) {
    const uint32_t key = internal::NameKey(name);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      keys.push_back(key);
    }
  };
  for (const Certificate& certificate : presented) {
    see(X509_get_subject_name(X509Of(certificate)));
    see(X509_get_issuer_name(X509Of(certificate)));
  }
  std::vector<std::pair<uint32_t, Certificate>> found;
  for (size_t i = 0; i < keys.size(); ++i) {
    const uint32_t key = keys[i];
    auto entry = std::lower_bound(by_subject_.begin(), by_subject_.end(),
                                  std::make_pair(key, uint32_t{0}));
    for (; entry != by_subject_.end() && entry->first == key; ++entry) {
      absl::StatusOr<Certificate> decoded = certificates[entry->second]->Get();
      if (!decoded.ok()) return decoded.status();
      const absl::Status status = AddToStore(entry->second, *decoded);
      if (!status.ok()) return status;
      see(X509_get_issuer_name(X509Of(*decoded)));
      found.emplace_back(entry->second, *std::move(decoded));
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Certificate> reachable;
  reachable.reserve(found.size());
  for (auto& [index, certificate] : found) {
    reachable.push_back(std::move(certificate));
  }
  return reachable;
}

}  // namespace airlock::ssl
