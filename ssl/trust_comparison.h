// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Compares trust stores. Decodes no certificate, so that none is overlooked if
// memory runs out.
#ifndef AIRLOCK_SSL_TRUST_COMPARISON_H_
#define AIRLOCK_SSL_TRUST_COMPARISON_H_

#include <memory>

#include "absl/types/span.h"
#include "ssl/trust_store.h"

namespace airlock::ssl {

// Whether `store` has a certificate that none of `others` has. Thread-safe.
bool HasOtherCertificates(
    const TrustStore& store,
    absl::Span<const std::shared_ptr<const TrustStore>> others);

// Whether a client may accept a server with `store` that it would not accept
// with `other`. Thread-safe. That is so if
//
//  - `store` has a certificate that `other` lacks, or trusts one further: see
//    TrustSetting. A self-signed one is an anchor with and without kTrusted, if
//    `other` rejects none.
//  - `store` lacks a certificate that `other` rejects: without it, another
//    certificate of its name and key is accepted.
//  - the client `checks_crls`, and not all CRLs that both have of one issuer
//    are the same: those of `store` may be older.
//
// CRLs of an issuer of which `other` has none do not count: there, somebody has
// to bring them, since certificates without a CRL are refused.
bool TrustsMore(const TrustStore& store, const TrustStore& other,
                bool checks_crls);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_TRUST_COMPARISON_H_
