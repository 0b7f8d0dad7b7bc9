// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/apply_policy.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/internal/policy_floors.h"
#include "ssl/error.h"

namespace airlock::platform {
namespace {

using config::Verification;
using ssl::ErrorKind;
using ssl::VerifyMode;

constexpr char kOwnCas[] = "the application's own";

// What one request comes to under one policy.
class Application {
 public:
  Application(const config::VerificationPolicy& policy,
              const VerificationRequest& request, PolicyChange* refusal)
      : policy_(policy),
        request_(request),
        overrides_(policy, refusal, &decision_),
        enforced_(policy.verification.value == Verification::kEnforce) {}

  absl::StatusOr<VerificationDecision> Decide() {
    absl::Status status =
        internal::ApplyFloors(policy_, request_, &overrides_, &decision_);
    if (!status.ok()) return status;
    if (request_.side == ssl::Side::kServer) {
      decision_.cert_reqs = request_.cert_reqs.value_or(VerifyMode::kNone);
      decision_.check_hostname = false;
      return std::move(decision_);
    }
    status = DecideChain();
    if (status.ok()) {
      status = internal::ApplyClientFloors(policy_, request_, &overrides_,
                                           &decision_);
    }
    if (status.ok()) status = DecideName();
    if (status.ok()) status = DecideBundle();
    if (!status.ok()) return status;
    return std::move(decision_);
  }

 private:
  // A client's chain.
  absl::Status DecideChain() {
    const config::Origin& origin = policy_.verification.origin;
    if (!request_.cert_reqs.has_value()) {
      // A name is worth checking on a verified certificate only.
      const bool asks_for_none = request_.unset_is_cert_none &&
                                 !request_.check_hostname.value_or(false);
      const bool demanded = policy_.verification.value != Verification::kOff;
      decision_.cert_reqs = asks_for_none && !demanded ? VerifyMode::kNone
                                                       : VerifyMode::kRequired;
      decision_.unverified_unstated = asks_for_none && !demanded;
      if (asks_for_none && demanded) {
        decision_.changes.push_back(
            {"cert_reqs", "CERT_NONE", "CERT_REQUIRED", origin});
      }
      return absl::OkStatus();
    }
    decision_.cert_reqs = *request_.cert_reqs;
    if (decision_.cert_reqs != VerifyMode::kNone) return absl::OkStatus();
    if (enforced_) {
      decision_.cert_reqs = VerifyMode::kRequired;
      return overrides_.Override(
          {"cert_reqs", "CERT_NONE", "CERT_REQUIRED", origin},
          "demands that a client verifies its server, but "
          "cert_reqs is CERT_NONE; leave it out, or pass "
          "CERT_REQUIRED.");
    }
    if (request_.check_hostname.value_or(false)) {
      return ssl::MakeStatus(
          ErrorKind::kInvalidArgument,
          "check_hostname is set, but cert_reqs is CERT_NONE: a name on a "
          "certificate that nobody verified means nothing; pass "
          "CERT_REQUIRED.");
    }
    decision_.unverified_unstated = request_.cert_none_unstated;
    return absl::OkStatus();
  }

  // The name of a client's server; the chain is decided already.
  absl::Status DecideName() {
    decision_.check_hostname = false;
    if (decision_.cert_reqs == VerifyMode::kNone) return absl::OkStatus();
    const config::Origin& origin = policy_.verification.origin;
    const bool is_known = request_.server_hostname.has_value();
    const bool may_have_name = !is_known || !request_.server_hostname->empty();
    const bool required = policy_.hostname.value == config::Hostname::kRequired;
    const bool enforced = enforced_ && (may_have_name || required);
    bool unsaid = !request_.check_hostname.has_value();
    if (enforced && request_.check_hostname == false) {
      absl::Status status = overrides_.Override(
          {"check_hostname", "False", "True", origin},
          "demands that a client checks its server's name, but "
          "check_hostname is false; leave it out.");
      if (!status.ok()) return status;
      unsaid = true;
    }
    const bool demanded =
        required && (enforced_ || !request_.cert_reqs.has_value());
    decision_.check_hostname = request_.check_hostname == true ||
                               (unsaid && (may_have_name || demanded));
    decision_.hostname_optional = unsaid && !is_known && !demanded;
    if (decision_.check_hostname && !decision_.hostname_optional &&
        (!is_known || !may_have_name)) {
      absl::Status status = DecideNoName(enforced_ && required);
      if (!status.ok()) return status;
    }
    decision_.common_name_fallback =
        request_.common_name_fallback && !enforced_;
    if (request_.common_name_fallback && enforced_) {
      decision_.changes.push_back(
          {"common_name_fallback", "true", "false", origin});
    }
    return absl::OkStatus();
  }

  // A name that is to be checked, and is not there, or not yet.
  absl::Status DecideNoName(bool enforced) {
    const bool is_known = request_.server_hostname.has_value();
    if (request_.check_hostname.value_or(false) && !enforced) {
      if (!is_known) return absl::OkStatus();
      return ssl::MakeStatus(ErrorKind::kInvalidArgument,
                             "check_hostname is set, but there is no name to "
                             "check; pass server_hostname.");
    }
    constexpr absl::string_view kNoName =
        "a client checks its server's name, but there is none to check; pass "
        "server_hostname.";
    if (policy_.verification.value == Verification::kOff) {
      // Nobody but the library itself demands it.
      if (!is_known) return absl::OkStatus();
      return ssl::MakeStatus(ErrorKind::kInvalidArgument,
                             absl::StrCat("Unless cert_reqs or check_hostname "
                                          "say otherwise, ",
                                          kNoName));
    }
    PolicyRefusal refusal = internal::Overrides::RefusalOf(
        {"server_hostname", "none", "", policy_.verification.origin},
        absl::StrCat("demands that ", kNoName));
    if (is_known) return overrides_.Refuse(std::move(refusal));
    decision_.nameless = std::move(refusal);
    return absl::OkStatus();
  }

  // What a client verifies against.
  absl::Status DecideBundle() {
    decision_.pins = policy_.pins.value;
    if (decision_.cert_reqs == VerifyMode::kNone) return absl::OkStatus();
    if (!policy_.ca_certs.stated()) return DecideOwnCas();
    decision_.ca_certs = policy_.ca_certs.value;
    if (!request_.own_ca_certs) return absl::OkStatus();
    return overrides_.Override(
        {"ca_certs", kOwnCas, *policy_.ca_certs.value, policy_.ca_certs.origin},
        absl::StrCat("lets a client verify against ", *policy_.ca_certs.value,
                     " alone, but ca_certs has other CAs; leave it "
                     "out."));
  }

  // CAs of the application's own where the policy names no bundle.
  absl::Status DecideOwnCas() {
    const config::ApplicationCas rule = policy_.application_cas.value;
    if (!request_.own_ca_certs || rule == config::ApplicationCas::kAllow) {
      return absl::OkStatus();
    }
    PolicyChange change = {"ca_certs", kOwnCas, kOwnCas,
                           policy_.application_cas.origin};
    if (rule == config::ApplicationCas::kAudit) {
      decision_.allowed.push_back(std::move(change));
      return absl::OkStatus();
    }
    decision_.platform_ca_certs = true;
    change.effective = "the platform's bundle";
    return overrides_.Override(
        std::move(change),
        "lets a client verify against the platform's CAs alone, but the "
        "application brings others; leave ca_certs, load_verify_locations, "
        "SSL_CERT_FILE and SSL_CERT_DIR out.");
  }

  const config::VerificationPolicy& policy_;
  const VerificationRequest& request_;
  VerificationDecision decision_;
  internal::Overrides overrides_;
  const bool enforced_;
};

}  // namespace

std::string PolicyChange::ToString() const {
  return absl::StrCat(setting, ": ", effective, " in place of ", requested,
                      ", because of ", origin.ToString());
}

absl::StatusOr<VerificationDecision> ApplyPolicy(
    const config::VerificationPolicy& policy,
    const VerificationRequest& request, PolicyChange* refusal) {
  return Application(policy, request, refusal).Decide();
}

}  // namespace airlock::platform
