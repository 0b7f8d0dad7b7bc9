// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/chain_checks.h"

#include <openssl/asn1.h>
#include <openssl/x509.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "ssl/internal/boring_verify.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/name_constraints.h"
#include "ssl/internal/path_rules.h"
#include "ssl/internal/pins.h"
#include "ssl/internal/security_level.h"
#include "ssl/internal/strict.h"
#include "ssl/internal/svid.h"
#include "ssl/internal/trust_store_impl.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

Finding FromRule(RuleFinding rule) {
  Finding finding;
  finding.code = rule.verify_code;
  finding.depth = rule.depth;
  finding.more = std::move(rule.what);
  finding.rule = rule.rule;
  return finding;
}

// An error, memory that ran out, is a finding: nothing was seen to be right.
Finding FromSvid(const absl::StatusOr<SvidFinding>& checked) {
  Finding finding;
  if (checked.ok() && checked->what.empty()) return finding;
  finding.code = verify_code::kUnspecified;
  if (!checked.ok()) {
    finding.more = std::string(checked.status().message());
    return finding;
  }
  finding.depth = checked->depth;
  finding.more = checked->what;
  finding.rule = checked->rule;
  return finding;
}

Finding FromConstraint(const ConstraintFinding& constraint) {
  Finding finding;
  finding.code = constraint.verify_code;
  finding.depth = constraint.depth;
  finding.more = ConstraintText(constraint);
  finding.rule = "RFC 5280, section 4.2.1.10";
  return finding;
}

bool HaveOneNameAndKey(const X509* a, const X509* b) {
  return X509_NAME_cmp(X509_get_subject_name(a), X509_get_subject_name(b)) ==
             0 &&
         ASN1_STRING_cmp(X509_get0_pubkey_bitstr(a),
                         X509_get0_pubkey_bitstr(b)) == 0;
}

// The first certificate that the bundle's trust settings reject for this use,
// unless they make it or an earlier one the anchor. Trust is in a certificate.
// A rejection is of a name and key: whoever has the key can show other
// certificates for them, and make one by changing the signature of another. So
// BoringSSL's own check is not enough; it also ignores the settings of a leaf
// that is its own anchor.
Finding CheckTrustSettings(const VerifyRequest& request,
                           absl::Span<X509* const> chain) {
  const auto& with_settings = request.trust_store->impl().settings;
  for (size_t i = 0; !with_settings.empty() && i < chain.size(); ++i) {
    bool is_rejected = false;
    for (const auto& [certificate, settings] : with_settings) {
      const X509* known = certificate.impl().x509.get();
      const TrustSetting setting =
          request.peer == Side::kServer ? settings.server : settings.client;
      if (setting == TrustSetting::kTrusted && X509_cmp(known, chain[i]) == 0) {
        return {};
      }
      if (setting == TrustSetting::kRejected &&
          HaveOneNameAndKey(known, chain[i])) {
        is_rejected = true;
      }
    }
    if (is_rejected) return {verify_code::kRejected, static_cast<int>(i)};
  }
  return {};
}

Finding CheckSecurityLevel(int level, absl::Span<X509* const> chain) {
  for (size_t i = 0; i < chain.size(); ++i) {
    const int depth = static_cast<int>(i);
    std::string reason = WeakKeyReason(chain[i], level);
    if (!reason.empty()) {
      return {
          i == 0 ? verify_code::kEeKeyTooSmall : verify_code::kCaKeyTooSmall,
          depth, reason};
    }
    // The anchor's own signature does not matter.
    if (i + 1 == chain.size()) break;
    reason = WeakSignatureReason(chain[i], level);
    if (!reason.empty()) return {verify_code::kCaDigestTooWeak, depth, reason};
  }
  return {};
}

Finding CheckPins(const Verification& verification,
                  absl::Span<X509* const> chain) {
  for (const auto* pins : {&verification.pins, &verification.anchor_pins}) {
    const auto pinned = [pins](X509* x509) { return IsPinned(x509, *pins); };
    if (pins->empty() || std::any_of(chain.begin(), chain.end(), pinned)) {
      continue;
    }
    return {verify_code::kApplicationVerification, 0,
            "no key in the chain matches a pin", SSL_AD_CERTIFICATE_UNKNOWN};
  }
  return {};
}

}  // namespace

std::string ConstraintText(const ConstraintFinding& constraint) {
  const absl::string_view relation =
      constraint.verify_code == verify_code::kPermittedViolation
          ? " is not permitted by the"
      : constraint.verify_code == verify_code::kExcludedViolation
          ? " is excluded by the"
          : ",";
  return absl::StrCat(constraint.what, relation, " name constraints of \"",
                      ShownName(constraint.issuer), "\"");
}

Finding CheckChain(const VerifyRequest& request,
                   absl::Span<X509* const> chain) {
  const Verification& verification = *request.verification;
  Finding finding = CheckTrustSettings(request, chain);
  if (finding.code != verify_code::kOk) return finding;
  finding = CheckSecurityLevel(verification.security_level, chain);
  if (finding.code != verify_code::kOk) return finding;
  finding = CheckPins(verification, chain);
  if (finding.code != verify_code::kOk) return finding;
  finding =
      FromRule(CheckPathRules(chain, request.peer, IsTrustedLeaf(request)));
  if (finding.code != verify_code::kOk) return finding;
  if (verification.spiffe != nullptr) {
    finding = FromSvid(CheckSigningCertificates(chain));
    if (finding.code != verify_code::kOk) return finding;
  }
  if (verification.flags.x509_strict) {
    finding = FromRule(CheckStrict(chain));
    if (finding.code != verify_code::kOk) return finding;
  }
  ConstraintFinding names = CheckNameConstraints(chain);
  finding.comparisons = names.comparisons;
  if (names.verify_code == verify_code::kOk) {
    names = CheckCommonNames(chain, verification.hostname.common_name_fallback);
  }
  if (names.verify_code != verify_code::kOk) {
    const size_t comparisons = finding.comparisons;
    finding = FromConstraint(names);
    finding.comparisons = comparisons;
  }
  return finding;
}

}  // namespace airlock::ssl::internal
