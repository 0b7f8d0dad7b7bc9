// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/crl_reasons.h"

#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "ssl/internal/boring_verify.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/crl_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/path_rules.h"
#include "ssl/internal/trust_store_impl.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

// Which certificates a CRL with an issuing distribution point covers.
std::string ScopeOf(const X509_CRL* crl) {
  const std::unique_ptr<ISSUING_DIST_POINT, decltype(&ISSUING_DIST_POINT_free)>
      point(static_cast<ISSUING_DIST_POINT*>(X509_CRL_get_ext_d2i(
                crl, NID_issuing_distribution_point, /*out_critical=*/nullptr,
                /*out_idx=*/nullptr)),
            ISSUING_DIST_POINT_free);
  if (point == nullptr) return "its issuing distribution point is malformed";
  if (point->onlyuser != 0) return "it is for certificates that are not CAs";
  if (point->onlyCA != 0) return "it is for CAs only";
  if (point->onlyattr != 0) return "it is for attribute certificates only";
  if (point->onlysomereasons != nullptr) return "it is for some reasons only";
  if (point->indirectCRL != 0) return "it is for the CAs of others, too";
  return "it is for another distribution point";
}

std::string Day(const ASN1_TIME* time) {
  int64_t seconds = 0;
  if (!ASN1_TIME_to_posix(time, &seconds)) return "an unreadable date";
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(seconds),
                          absl::UTCTimeZone());
}

// Why BoringSSL does not take a CRL of the right issuer; empty if that cannot
// be seen from the CRL alone.
std::string ReasonOf(const VerifyRequest& request, const X509_CRL* crl) {
  const int64_t now = PosixSeconds(request.now);
  if (X509_cmp_time_posix(X509_CRL_get0_lastUpdate(crl), now) > 0) {
    return absl::StrCat("it is not valid before ",
                        Day(X509_CRL_get0_lastUpdate(crl)),
                        " (RFC 5280, section 5.1.2.4)");
  }
  const ASN1_TIME* next_update = X509_CRL_get0_nextUpdate(crl);
  if (next_update == nullptr && request.verification->flags.x509_strict) {
    return "it has no nextUpdate (RFC 5280, section 5.1.2.5)";
  }
  if (next_update != nullptr && X509_cmp_time_posix(next_update, now) < 0) {
    return absl::StrCat("it expired on ", Day(next_update),
                        " (RFC 5280, section 5.1.2.5)");
  }
  if (X509_CRL_get_ext_by_NID(crl, NID_issuing_distribution_point, -1) >= 0) {
    return absl::StrCat(ScopeOf(crl), " (RFC 5280, section 5.2.5)");
  }
  for (int i = 0; i < X509_CRL_get_ext_count(crl); ++i) {
    const X509_EXTENSION* extension = X509_CRL_get_ext(crl, i);
    if (X509_EXTENSION_get_critical(extension) != 0) {
      return "it has a critical extension (RFC 5280, section 5.2)";
    }
  }
  return "";
}

bool IsAboutCrls(int code) {
  return code == verify_code::kUnableToGetCrl ||
         code == verify_code::kCrlExpired ||
         code == verify_code::kCrlNotYetValid ||
         code == verify_code::kCrlSignatureFailure ||
         code == X509_V_ERR_KEYUSAGE_NO_CRL_SIGN ||
         code == X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION ||
         code == X509_V_ERR_DIFFERENT_CRL_SCOPE;
}

}  // namespace

std::string CrlReason(const VerifyRequest& request, int code,
                      X509* certificate) {
  if (!IsAboutCrls(code)) return "";
  const ErrorQueueScope errors;
  const auto& crls = request.trust_store->impl().crls;
  if (crls.empty()) return "the CA bundle holds no CRL";
  const X509_NAME* issuer = X509_get_issuer_name(certificate);
  std::vector<std::string> reasons;
  size_t of_issuer = 0;
  for (const Crl& crl : crls) {
    const X509_CRL* x509_crl = crl.impl().crl.get();
    if (X509_NAME_cmp(X509_CRL_get_issuer(x509_crl), issuer) != 0) continue;
    ++of_issuer;
    std::string reason = ReasonOf(request, x509_crl);
    if (!reason.empty() &&
        std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
      reasons.push_back(std::move(reason));
    }
  }
  const std::string shown = ShownName(NameToString(issuer));
  if (of_issuer == 0) {
    return absl::StrCat("of ", crls.size(), " CRLs in the CA bundle, none is ",
                        "from \"", shown, "\"");
  }
  if (code == verify_code::kCrlSignatureFailure) {
    return absl::StrCat("the CRL of \"", shown,
                        "\" is not signed with the key of that CA");
  }
  if (code == X509_V_ERR_KEYUSAGE_NO_CRL_SIGN) {
    return absl::StrCat("the key usage of \"", shown, "\" lacks cRLSign");
  }
  if (reasons.empty()) {
    return absl::StrCat("the CRL of \"", shown, "\" is not for this path");
  }
  // The error names its own rule.
  return absl::StrReplaceAll(
      absl::StrCat("the CRL of \"", shown,
                   "\": ", absl::StrJoin(reasons, "; ")),
      {{absl::StrCat(" (", RuleOfVerifyCode(code), ")"), ""}});
}

}  // namespace airlock::ssl::internal
