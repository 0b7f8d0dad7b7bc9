// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/spiffe_decision.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "ssl/verification.h"

namespace airlock::platform::internal {
namespace {

using ssl::ErrorKind;
using ssl::ErrorParts;
using ssl::Named;
using ssl::VerifyMode;

constexpr char kOwn[] = "the application's own";

// Whether the application asks for a verification that accepts a peer without
// certificate.
bool AsksForLess(const VerificationRequest& request) {
  if (!request.cert_reqs.has_value()) {
    return request.side == ssl::Side::kServer || request.unset_is_cert_none;
  }
  return *request.cert_reqs == VerifyMode::kNone ||
         (request.side == ssl::Side::kServer &&
          *request.cert_reqs == VerifyMode::kOptional);
}

// The policy's list decides.
absl::Status ApplyPolicys(const config::VerificationPolicy& policy,
                          const config::Setting<std::vector<std::string>>& ids,
                          const VerificationRequest& request,
                          Overrides* overrides,
                          VerificationDecision* decision) {
  ssl::Verification& verification = decision->verification;
  decision->spiffe_ids = ids;
  decision->trust_domains = policy.trust_domains.value;
  verification.mode = VerifyMode::kRequired;
  verification.check_hostname = false;
  // An anchor pin would take the place of the bundle.
  if (!verification.anchor_pins.empty()) {
    verification.pins = std::exchange(verification.anchor_pins, {});
  }
  const config::Origin& origin = ids.origin;
  absl::Status status;
  if (AsksForLess(request)) {
    const bool asked =
        request.cert_reqs.has_value() && !request.cert_none_unstated;
    const std::string requested(
        VerifyModeName(request.cert_reqs.value_or(VerifyMode::kNone)));
    status = overrides->OverrideIf(
        asked, {"cert_reqs", requested, "CERT_REQUIRED", origin},
        absl::StrCat("requires a SPIFFE ID of the peer, but cert_reqs is ",
                     requested),
        Named("leave it out, or pass {CERT_REQUIRED}."));
  }
  if (status.ok() && request.own_ca_certs) {
    status = overrides->Override(
        {"ca_certs", kOwn, "the bundles of trust_domains", origin},
        Named("requires a SPIFFE ID of the peer, for which only the bundles in "
              "its trust_domains count, but {ca_certs} contains others"),
        "leave it out.");
  }
  if (status.ok() && verification.spiffe != nullptr) {
    status = overrides->Override(
        {"spiffe", kOwn, "the policy's", origin},
        "decides which SPIFFE IDs the peer may have, but the application has a "
        "list of its own",
        "leave it out.");
  }
  verification.spiffe = nullptr;
  return status;
}

absl::Status Contradiction(absl::string_view where,
                           const ssl::ErrorText& what) {
  return ssl::MakeStatus(
      ErrorKind::kInvalidArgument,
      ErrorParts{where, what, "leave it out.", /*after_where=*/" "});
}

// A client's own list decides, if the policy does not limit what it may trust.
absl::Status ApplyClients(const config::VerificationPolicy& policy,
                          const VerificationRequest& request,
                          Overrides* overrides,
                          VerificationDecision* decision) {
  if (request.check_hostname.value_or(false)) {
    return Contradiction(
        "check_hostname",
        "is set, but SPIFFE IDs take the place of the host name");
  }
  const config::ApplicationCas cas = policy.application_cas.value;
  const bool enforced =
      policy.verification.value == config::Verification::kEnforce;
  const bool limited = policy.ca_certs.stated() || !policy.pins.value.empty() ||
                       cas == config::ApplicationCas::kForbid;
  if (enforced || limited) {
    decision->verification.spiffe = nullptr;
    const config::Origin& origin =
        enforced                     ? policy.verification.origin
        : policy.ca_certs.stated()   ? policy.ca_certs.origin
        : !policy.pins.value.empty() ? policy.pins.origin
                                     : policy.application_cas.origin;
    return overrides->Override(
        {"spiffe", kOwn, "not set", origin},
        enforced ? "requires a client to check its server's name, and SPIFFE "
                   "IDs of the application's own would take its place"
                 : "limits the CAs of a client, and SPIFFE IDs of the "
                   "application's own bring others",
        "leave them out, or ask the platform's operator for an exception with "
        "server_spiffe_ids.");
  }
  if (cas == config::ApplicationCas::kAudit) {
    decision->allowed.push_back(
        {"spiffe", kOwn, kOwn, policy.application_cas.origin});
  }
  decision->verification.mode = VerifyMode::kRequired;
  decision->verification.check_hostname = false;
  return absl::OkStatus();
}

}  // namespace

bool HasSpiffe(const VerificationDecision& decision) {
  return !decision.spiffe_ids.value.empty() ||
         decision.verification.spiffe != nullptr;
}

absl::Status ApplySpiffe(const config::VerificationPolicy& policy,
                         const VerificationRequest& request,
                         Overrides* overrides, VerificationDecision* decision) {
  const bool client = request.side == ssl::Side::kClient;
  const config::Setting<std::vector<std::string>>& ids =
      client ? policy.server_spiffe_ids : policy.client_spiffe_ids;
  if (!ids.value.empty()) {
    return ApplyPolicys(policy, ids, request, overrides, decision);
  }
  if (decision->verification.spiffe == nullptr) return absl::OkStatus();
  if (request.cert_reqs == VerifyMode::kNone) {
    return Contradiction("spiffe",
                         Named("is set, but cert_reqs is {CERT_NONE}"));
  }
  if (client) return ApplyClients(policy, request, overrides, decision);
  decision->verification.mode =
      request.cert_reqs.value_or(VerifyMode::kRequired);
  return absl::OkStatus();
}

}  // namespace airlock::platform::internal
