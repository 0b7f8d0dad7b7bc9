// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/certificates_in_use.h"

#include <algorithm>
#include <memory>
#include <string>

#include "ssl/credential_source.h"
#include "ssl/credentials.h"
#include "ssl/internal/context_impl.h"
#include "ssl/internal/verified_chains.h"

namespace airlock::ssl {
namespace {

using Credentials = std::vector<std::shared_ptr<const ssl::Credentials>>;

void AddOwn(const Credentials& credentials,
            std::vector<CertificateInUse>* in_use) {
  for (const auto& each : credentials) {
    for (const Certificate& certificate : each->chain()) {
      in_use->push_back({CertificateUse::kOwn, certificate});
    }
  }
}

bool IsPinned(const Verification& verification,
              const Certificate& certificate) {
  if (verification.pins.empty() && verification.anchor_pins.empty()) {
    return false;
  }
  const std::string key = certificate.SpkiSha256();
  return std::count(verification.pins.begin(), verification.pins.end(), key) >
             0 ||
         std::count(verification.anchor_pins.begin(),
                    verification.anchor_pins.end(), key) > 0;
}

}  // namespace

std::vector<CertificateInUse> CertificatesInUse(const Context& context) {
  std::vector<CertificateInUse> in_use;
  const ContextOptions& options = context.options();
  AddOwn(options.credentials, &in_use);
  if (options.credential_source != nullptr) {
    AddOwn(*options.credential_source->current(), &in_use);
  }
  const auto chains = context.impl().Chains();
  if (chains == nullptr) return in_use;
  for (const auto& chain : chains->All()) {
    for (size_t i = 0; i < chain->verified.size(); ++i) {
      const Certificate& certificate = chain->verified[i];
      if (IsPinned(options.verification, certificate)) {
        in_use.push_back({CertificateUse::kPinned, certificate});
      } else if (i > 0) {
        // The leaf is the peer's own concern.
        in_use.push_back({CertificateUse::kCa, certificate});
      }
    }
  }
  return in_use;
}

}  // namespace airlock::ssl
