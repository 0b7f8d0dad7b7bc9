// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/finding_details.h"

#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "ssl/certificate.h"
#include "ssl/internal/boring_verify.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/chain_checks.h"
#include "ssl/internal/crl_reasons.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/ml_dsa.h"
#include "ssl/internal/name_constraints.h"
#include "ssl/internal/path_rules.h"
#include "ssl/internal/trust_store_impl.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

namespace code = verify_code;

std::string QuotedName(const X509_NAME* name) {
  return absl::StrCat("\"", ShownName(NameToString(name)), "\"");
}

// Why `candidate`, which has the name of the issuer of `certificate`, is not
// taken for it. Sets `rule`. Empty if nothing but the signature is wrong.
std::string UnusableIssuerReason(X509* candidate, X509* certificate,
                                 absl::string_view* rule) {
  switch (X509_check_issued(candidate, certificate)) {
    case X509_V_ERR_AKID_SKID_MISMATCH:
    case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH:
      *rule = "RFC 5280, section 4.2.1.1";
      return "its key is not the one that the authority key identifier names";
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
      *rule = "RFC 5280, section 4.2.1.3";
      return "its key usage lacks keyCertSign";
    case X509_V_ERR_UNSPECIFIED:
      *rule = "RFC 5280, section 4.2";
      return "it has an invalid extension";
    default:
      return "";
  }
}

// Names a key that cannot be read because the engine lacks its type.
void ExplainMlDsaKey(absl::Span<X509* const> path, Finding* finding) {
  if (kHasMlDsa) return;
  for (const X509* certificate : path) {
    const int set = MlDsaOfKey(certificate);
    if (set == 0) continue;
    finding->more = absl::StrCat("the key of ",
                                 QuotedName(X509_get_subject_name(certificate)),
                                 " is ", MlDsaName(set), ", and ", MlDsaNeed());
    finding->advice = "Or ask the peer's operator for a chain with other keys.";
    return;
  }
}

// BoringSSL passes over issuers that it cannot use, and then finds none.
void ExplainMissingIssuer(const VerifyRequest& request, X509* certificate,
                          Finding* finding) {
  const absl::StatusOr<std::vector<Certificate>> trusted =
      request.trust_store->impl().Reachable(request.presented);
  if (!trusted.ok()) return;
  for (const absl::Span<const Certificate> candidates :
       {request.presented, absl::MakeConstSpan(*trusted)}) {
    for (const Certificate& candidate : candidates) {
      X509* x509 = candidate.impl().x509.get();
      if (X509_cmp(x509, certificate) == 0 ||
          X509_NAME_cmp(X509_get_subject_name(x509),
                        X509_get_issuer_name(certificate)) != 0) {
        continue;
      }
      const std::string reason =
          UnusableIssuerReason(x509, certificate, &finding->rule);
      if (reason.empty()) continue;
      finding->more = absl::StrCat("the certificate of ",
                                   QuotedName(X509_get_subject_name(x509)),
                                   " cannot be its issuer's: ", reason);
      finding->advice =
          "Have the CA's certificate replaced with one without this fault, or "
          "have the peer send the one that belongs to this CA.";
      return;
    }
  }
}

// The highest CA that requires a policy. BoringSSL, like RFC 5280, does not
// look at the anchor's extensions here.
void ExplainMissingPolicy(absl::Span<X509* const> path, Finding* finding) {
  for (size_t i = path.size() - 1; i-- > 1;) {
    if (X509_get_ext_by_NID(path[i], NID_policy_constraints, -1) < 0) continue;
    finding->more = absl::StrCat(
        QuotedName(X509_get_subject_name(path[i])),
        " requires a certificate policy that the whole path has in common");
    return;
  }
}

void ExplainRule(const VerifyRequest& request, absl::Span<X509* const> path,
                 Finding* finding) {
  RuleFinding own = CheckPathRules(path, request.peer, IsTrustedLeaf(request));
  if (own.verify_code != finding->code || own.depth != finding->depth) return;
  finding->more = std::move(own.what);
  finding->rule = own.rule;
}

// The number can differ: BoringSSL looks at names before it looks whether all
// constraints are well formed.
void ExplainConstraint(absl::Span<X509* const> path, Finding* finding) {
  const ConstraintFinding own = CheckNameConstraints(path);
  if (own.verify_code != code::kOk) finding->more = ConstraintText(own);
}

}  // namespace

void AddDetails(const VerifyRequest& request, absl::Span<X509* const> path,
                bssl::UniquePtr<X509>* certificate, Finding* finding) {
  const ErrorQueueScope errors;
  if (path.empty()) return;
  switch (finding->code) {
    case code::kUnableToGetIssuer:
    case code::kUnableToGetIssuerLocally:
    case code::kUnableToVerifyLeafSignature:
      ExplainMissingIssuer(request, path.back(), finding);
      break;
    case code::kSignatureFailure:
      finding->more = absl::StrCat(
          "the key of ",
          QuotedName(X509_get_issuer_name(
              *certificate == nullptr ? path[0] : certificate->get())),
          " that was found did not sign it");
      break;
    case code::kInvalidExtension:
    case code::kUnhandledCriticalExtension:
    case code::kPathLengthExceeded:
    case code::kInvalidCa:
    case code::kInvalidPurpose:
      ExplainRule(request, path, finding);
      break;
    case code::kPermittedViolation:
    case code::kExcludedViolation:
    case code::kSubtreeMinMax:
    case code::kUnsupportedConstraintType:
    case code::kUnsupportedConstraintSyntax:
    case code::kUnsupportedNameSyntax:
      ExplainConstraint(path, finding);
      break;
    case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
      ExplainMlDsaKey(path, finding);
      break;
    case X509_V_ERR_NO_EXPLICIT_POLICY:
      *certificate = bssl::UpRef(path[0]);
      ExplainMissingPolicy(path, finding);
      break;
    case X509_V_ERR_INVALID_POLICY_EXTENSION: {
      // BoringSSL leaves the depth at 0.
      const auto* at = std::find(path.begin(), path.end(), certificate->get());
      if (at != path.end())
        finding->depth = static_cast<int>(at - path.begin());
      break;
    }
    default:
      if (*certificate != nullptr) {
        finding->more = CrlReason(request, finding->code, certificate->get());
      }
  }
}

}  // namespace airlock::ssl::internal
