// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/verify_svid.h"

#include <openssl/ssl.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/svid.h"
#include "ssl/shown.h"
#include "ssl/spiffe_peers.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {

absl::StatusOr<SvidChoice> ChooseBundle(const VerifyRequest& request) {
  const SpiffePeers& peers = *request.verification->spiffe;
  SvidChoice choice;
  absl::StatusOr<SvidFinding> found =
      CheckSvid(request.presented[0].impl().x509.get(), &choice.id);
  if (!found.ok()) return found.status();
  if (!choice.id.has_value()) {
    choice.finding.code = verify_code::kUnspecified;
    choice.finding.more = std::move(found->what);
    choice.finding.rule = found->rule;
    return choice;
  }
  choice.bundle = peers.BundleOf(choice.id->trust_domain());
  if (choice.bundle != nullptr) return choice;
  choice.finding.code = verify_code::kUnableToGetIssuerLocally;
  choice.finding.alert = SSL_AD_UNKNOWN_CA;
  choice.finding.more = absl::StrCat(
      "there is no bundle for the trust domain of its SPIFFE ID, \"",
      Shown(choice.id->text()), "\"; there are bundles for ",
      peers.TrustDomainsText());
  choice.finding.rule = "X509-SVID, section 5.1";
  choice.finding.advice =
      "If you trust that trust domain, add its bundle and allow the ID.";
  return choice;
}

absl::Status WithTrustDomain(const absl::Status& status, const SpiffeId& id) {
  std::optional<Error> error = GetError(status);
  if (!error.has_value() || error->kind != ErrorKind::kVerification) {
    return status;
  }
  absl::StrAppend(&error->what, "; its SPIFFE ID is \"", Shown(id.text()),
                  "\", so it must lead to the bundle of \"",
                  Shown(id.trust_domain()), "\"");
  error->message.clear();
  return MakeStatus(*error);
}

VerifyOutcome CheckId(const VerifyRequest& request, const SpiffeId& id) {
  VerifyOutcome outcome;
  const SpiffePeers& peers = *request.verification->spiffe;
  if (peers.Allows(id)) return outcome;
  outcome.alert = SSL_AD_BAD_CERTIFICATE;
  Error error;
  error.kind = ErrorKind::kHostname;
  error.library = "SSL";
  error.reason = "CERTIFICATE_VERIFY_FAILED";
  error.detail = "certificate verify failed";
  error.alert = outcome.alert;
  error.verify_code = verify_code::kHostnameMismatch;
  error.verify_message = "SPIFFE ID mismatch";
  error.depth = 0;
  error.subject = request.presented[0].subject();
  error.where = Shown(id.text());
  error.what = absl::StrCat(
      "this SPIFFE ID is not allowed; allowed: ", peers.AllowedText(), " (",
      DescribeCertificate(request.presented[0]), ")");
  error.advice = "Connect to another peer, or have this ID allowed.";
  outcome.status = MakeStatus(error);
  return outcome;
}

}  // namespace airlock::ssl::internal
