// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/trust_comparison.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "ssl/certificate.h"
#include "ssl/crl.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/crl_impl.h"
#include "ssl/internal/lazy_certificate.h"
#include "ssl/internal/name_key.h"
#include "ssl/internal/trust_store_impl.h"

namespace airlock::ssl {
namespace {

using internal::LazyCertificate;

bool IsSelfSigned(const Certificate& certificate) {
  return (X509_get_extension_flags(certificate.impl().x509.get()) &
          EXFLAG_SS) != 0;
}

bool Rejects(const TrustStore::Impl::Setting& setting) {
  return setting.settings.server == TrustSetting::kRejected;
}

// Whether `setting` trusts `certificate` further than `other` does, in a store
// that `rejects` certificates.
bool IsFurther(const LazyCertificate& certificate, TrustSetting setting,
               TrustSetting other, bool rejects) {
  if (setting == other || setting == TrustSetting::kRejected) return false;
  if (other == TrustSetting::kRejected) return true;
  if (setting == TrustSetting::kNone) return false;
  // It may have the name and key of a rejected one.
  if (rejects) return true;
  // One that has settings is already decoded.
  const absl::StatusOr<Certificate> decoded = certificate.Get();
  return !decoded.ok() || !IsSelfSigned(*decoded);
}

const X509_CRL* CrlOf(const Crl& crl) { return crl.impl().crl.get(); }

// Equal for one issuer; those of two issuers may be equal, too.
uint32_t IssuerKey(const Crl& crl) {
  return internal::NameKey(X509_CRL_get_issuer(CrlOf(crl)));
}

// Whether `others` has not one of `crls`, but another one of its issuer.
bool AnyIsReplaced(const std::vector<Crl>& crls,
                   const std::vector<Crl>& others) {
  std::set<uint32_t> issuers;
  for (const Crl& other : others) issuers.insert(IssuerKey(other));
  return std::any_of(crls.begin(), crls.end(), [&](const Crl& crl) {
    return issuers.count(IssuerKey(crl)) > 0 &&
           std::none_of(others.begin(), others.end(), [&](const Crl& other) {
             return X509_CRL_match(CrlOf(crl), CrlOf(other)) == 0;
           });
  });
}

}  // namespace

bool HasOtherCertificates(
    const TrustStore& store,
    absl::Span<const std::shared_ptr<const TrustStore>> others) {
  for (const TrustStore::Impl::Entry& entry : store.impl().certificates) {
    const auto has_it = [&entry](const auto& other) {
      return other->impl().Find(entry->subject_key(), entry->der()) != nullptr;
    };
    if (std::none_of(others.begin(), others.end(), has_it)) return true;
  }
  return false;
}

bool TrustsMore(const TrustStore& store, const TrustStore& other,
                bool checks_crls) {
  if (store.content_hash() == other.content_hash()) return false;
  const TrustStore::Impl& ours = store.impl();
  const TrustStore::Impl& theirs = other.impl();
  const bool rejects =
      std::any_of(theirs.settings.begin(), theirs.settings.end(), Rejects);
  for (const TrustStore::Impl::Entry& entry : ours.certificates) {
    const LazyCertificate* const there =
        theirs.Find(entry->subject_key(), entry->der());
    if (there == nullptr || IsFurther(*entry, entry->settings().server,
                                      there->settings().server, rejects)) {
      return true;
    }
  }
  for (const TrustStore::Impl::Setting& setting : theirs.settings) {
    if (Rejects(setting) && !ours.Contains(setting.certificate)) return true;
  }
  return checks_crls && (AnyIsReplaced(ours.crls, theirs.crls) ||
                         AnyIsReplaced(theirs.crls, ours.crls));
}

}  // namespace airlock::ssl
