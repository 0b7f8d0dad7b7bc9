// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which certificates connections depend on.
#ifndef AIRLOCK_SSL_CERTIFICATES_IN_USE_H_
#define AIRLOCK_SSL_CERTIFICATES_IN_USE_H_

#include <vector>

#include "ssl/certificate.h"
#include "ssl/context.h"

namespace airlock::ssl {

enum class CertificateUse {
  kOwn,     // Presented to peers, or one of its chain.
  kCa,      // A peer was verified with it.
  kPinned,  // A pin is for its key, and a peer was verified with it.
};

struct CertificateInUse {
  CertificateUse use = CertificateUse::kOwn;
  Certificate certificate;
};

// What `context` presents, and what it has verified peers with lately: of the
// chains that it remembers, which are some hundred. A chain whose CRLs were
// checked is not remembered. A pinned certificate is only in the list as such.
// Decodes nothing. Thread-safe.
std::vector<CertificateInUse> CertificatesInUse(const Context& context);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_CERTIFICATES_IN_USE_H_
