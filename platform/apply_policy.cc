// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/apply_policy.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/internal/name_decision.h"
#include "platform/internal/policy_floors.h"
#include "platform/internal/spiffe_decision.h"
#include "ssl/error.h"
#include "ssl/verification.h"

namespace airlock::platform {
namespace {

using config::Verification;
using internal::NameOutcome;
using ssl::ErrorKind;
using ssl::ErrorParts;
using ssl::JoinText;
using ssl::Named;
using ssl::VerifyMode;

constexpr char kOwnCas[] = "the application's own";

// Applies one policy to one request.
class Application {
 public:
  Application(const config::VerificationPolicy& policy,
              const VerificationRequest& request, PolicyChange* refusal)
      : policy_(policy),
        request_(request),
        overrides_(policy, refusal, &decision_),
        enforced_(policy.verification.value == Verification::kEnforce) {
    decision_.verification = request.verification;
    decision_.verification.mode = VerifyMode::kRequired;
    decision_.verification.check_hostname = true;
    decision_.verification.hostname_optional = false;
  }

  absl::StatusOr<VerificationDecision> Decide() {
    absl::Status status = DecidePins();
    if (status.ok()) {
      status =
          internal::ApplySpiffe(policy_, request_, &overrides_, &decision_);
    }
    if (status.ok()) {
      status =
          internal::ApplyFloors(policy_, request_, &overrides_, &decision_);
    }
    if (!status.ok()) return status;
    const bool has_spiffe = internal::HasSpiffe(decision_);
    if (request_.side == ssl::Side::kServer) {
      if (!has_spiffe) {
        decision_.verification.mode =
            request_.cert_reqs.value_or(VerifyMode::kNone);
      }
      decision_.verification.check_hostname = false;
      return std::move(decision_);
    }
    if (has_spiffe) {
      status = internal::ApplyClientFloors(policy_, request_, &overrides_,
                                           &decision_);
      if (!status.ok()) return status;
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
  // An anchor pin replaces an issuer. If the policy enforces verification or
  // has pins, the application's pins can only narrow.
  absl::Status DecidePins() {
    std::vector<std::string>& pins = decision_.verification.pins;
    std::vector<std::string>& anchors = decision_.verification.anchor_pins;
    if (!pins.empty() && !anchors.empty()) {
      return ssl::MakeStatus(ErrorKind::kInvalidArgument,
                             "pins and anchor_pins are both set; set one.");
    }
    const bool is_client = request_.side == ssl::Side::kClient;
    const bool has_pins = is_client && !policy_.pins.value.empty();
    if (!anchors.empty() && (enforced_ || has_pins)) {
      pins = std::exchange(anchors, {});
    }
    if (!has_pins) return absl::OkStatus();
    for (const config::Pin& pin : policy_.pins.value) {
      anchors.push_back(pin.sha256);
    }
    return absl::OkStatus();
  }

  // A client's chain.
  absl::Status DecideChain() {
    const config::Origin& origin = policy_.verification.origin;
    if (!request_.cert_reqs.has_value()) {
      // Checking a name is useless without a verified certificate.
      const bool asks_for_none = request_.unset_is_cert_none &&
                                 !request_.check_hostname.value_or(false);
      const bool demanded = policy_.verification.value != Verification::kOff;
      decision_.verification.mode = asks_for_none && !demanded
                                        ? VerifyMode::kNone
                                        : VerifyMode::kRequired;
      decision_.unverified_unstated = asks_for_none && !demanded;
      if (asks_for_none && demanded) {
        decision_.changes.push_back(
            {"cert_reqs", "CERT_NONE", "CERT_REQUIRED", origin});
      }
      return absl::OkStatus();
    }
    decision_.verification.mode = *request_.cert_reqs;
    if (decision_.verification.mode != VerifyMode::kNone)
      return absl::OkStatus();
    if (enforced_) {
      decision_.verification.mode = VerifyMode::kRequired;
      return overrides_.Override(
          {"cert_reqs", "CERT_NONE", "CERT_REQUIRED", origin},
          Named("requires a client to verify its server, but cert_reqs is "
                "{CERT_NONE}"),
          Named("leave it out, or pass {CERT_REQUIRED}."));
    }
    if (request_.check_hostname.value_or(false)) {
      return ssl::MakeStatus(
          ErrorKind::kInvalidArgument,
          ErrorParts{"check_hostname",
                     Named("is set, but cert_reqs is {CERT_NONE}: the name in "
                           "an unverified certificate proves nothing"),
                     Named("pass {CERT_REQUIRED}."),
                     /*after_where=*/" "});
    }
    decision_.unverified_unstated = request_.cert_none_unstated;
    return absl::OkStatus();
  }

  // The name of a client's server, after DecideChain.
  absl::Status DecideName() {
    decision_.verification.check_hostname = false;
    if (decision_.verification.mode == VerifyMode::kNone) {
      return absl::OkStatus();
    }
    internal::NameQuestion question = AskName();
    internal::NameOutcome outcome = internal::DecideName(question).outcome;
    if (outcome == NameOutcome::kOverride) {
      absl::Status status = overrides_.Override(
          {"check_hostname", "False", "True", policy_.verification.origin},
          Named("requires a client to check its server's name, but "
                "check_hostname is {false}"),
          "leave it out.");
      if (!status.ok()) return status;
      question.check_hostname = internal::CheckHostname::kUnset;
      outcome = internal::DecideName(question).outcome;
    }
    absl::Status status = TakeName(outcome);
    bool& common_name = decision_.verification.hostname.common_name_fallback;
    if (status.ok() && common_name && enforced_) {
      common_name = false;
      decision_.changes.push_back({"common_name_fallback", "true", "false",
                                   policy_.verification.origin});
    }
    return status;
  }

  internal::NameQuestion AskName() const {
    internal::NameQuestion question;
    if (enforced_) {
      question.chain = internal::ChainSaidBy::kEnforced;
    } else if (request_.cert_reqs.has_value()) {
      question.chain = internal::ChainSaidBy::kApplication;
    } else {
      question.chain = policy_.verification.value == Verification::kOff
                           ? internal::ChainSaidBy::kLibrary
                           : internal::ChainSaidBy::kDefault;
    }
    question.check_hostname =
        !request_.check_hostname.has_value() ? internal::CheckHostname::kUnset
        : *request_.check_hostname           ? internal::CheckHostname::kTrue
                                             : internal::CheckHostname::kFalse;
    question.hostname = policy_.hostname.value;
    question.name =
        !request_.server_hostname.has_value() ? internal::Name::kUnknown
        : request_.server_hostname->empty()   ? internal::Name::kNone
                                              : internal::Name::kGiven;
    return question;
  }

  absl::Status TakeName(NameOutcome outcome) {
    bool& check_hostname = decision_.verification.check_hostname;
    constexpr absl::string_view kNoName =
        "its server's name, but the name is missing";
    const auto give_name = [] { return Named("pass {server_hostname}."); };
    switch (outcome) {
      case NameOutcome::kNotChecked:
        return absl::OkStatus();
      case NameOutcome::kChecked:
        check_hostname = true;
        return absl::OkStatus();
      case NameOutcome::kCheckedIfGiven:
        check_hostname = true;
        decision_.verification.hostname_optional = true;
        return absl::OkStatus();
      case NameOutcome::kContradiction:
        return ssl::MakeStatus(
            ErrorKind::kInvalidArgument,
            ErrorParts{"check_hostname",
                       "is set, but the name to check is missing", give_name(),
                       /*after_where=*/" "});
      case NameOutcome::kNameMissing:
        return ssl::MakeStatus(
            ErrorKind::kInvalidArgument,
            ErrorParts{"Unless cert_reqs or check_hostname say otherwise",
                       absl::StrCat("a client checks ", kNoName), give_name(),
                       /*after_where=*/", "});
      case NameOutcome::kRefused:
      case NameOutcome::kRefusedIfNone:
      case NameOutcome::kOverride:
        break;
    }
    check_hostname = true;
    PolicyRefusal refusal = internal::Overrides::RefusalOf(
        {"server_hostname", "none", "", policy_.verification.origin},
        absl::StrCat("requires a client to check ", kNoName), give_name());
    if (outcome != NameOutcome::kRefusedIfNone) {
      return overrides_.Refuse(std::move(refusal));
    }
    decision_.nameless = std::move(refusal);
    return absl::OkStatus();
  }

  // The CAs that a client verifies against.
  absl::Status DecideBundle() {
    if (decision_.verification.mode == VerifyMode::kNone)
      return absl::OkStatus();
    if (!policy_.ca_certs.stated()) return DecideOwnCas();
    decision_.ca_certs = policy_.ca_certs.value;
    if (!request_.own_ca_certs) return absl::OkStatus();
    return overrides_.Override(
        {"ca_certs", kOwnCas, *policy_.ca_certs.value, policy_.ca_certs.origin},
        JoinText("allows a client only the CAs in ", *policy_.ca_certs.value,
                 Named(", but {ca_certs} contains others")),
        "leave it out.");
  }

  // The application's own CAs, if the policy does not set a bundle.
  absl::Status DecideOwnCas() {
    const config::ApplicationCas rule = policy_.application_cas.value;
    if (rule == config::ApplicationCas::kAllow) return absl::OkStatus();
    PolicyChange change = {"ca_certs", kOwnCas, kOwnCas,
                           policy_.application_cas.origin};
    const bool audited = rule == config::ApplicationCas::kAudit;
    if (request_.live_ca_certs) {
      decision_.later_ca_certs =
          audited ? PolicyRefusal{absl::OkStatus(), change}
                  : internal::Overrides::RefusalOf(
                        change,
                        "allows only the platform's CAs and CRLs, but the live "
                        "CA bundle has changed and adds others",
                        "remove these.");
    }
    if (!request_.own_ca_certs) return absl::OkStatus();
    if (audited) {
      decision_.allowed.push_back(std::move(change));
      return absl::OkStatus();
    }
    decision_.platform_ca_certs = true;
    change.effective = "the platform's bundle";
    return overrides_.Override(
        std::move(change),
        "allows only the platform's CAs and CRLs, but the application adds "
        "others",
        Named("leave out {ca_certs}, {load_verify_locations}, SSL_CERT_FILE "
              "and SSL_CERT_DIR."));
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
