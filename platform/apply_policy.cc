// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/apply_policy.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/error.h"

namespace airlock::platform {
namespace {

using config::Verification;
using ssl::ErrorKind;
using ssl::TlsVersion;
using ssl::VerifyMode;

constexpr TlsVersion kAllVersions[] = {TlsVersion::kTls1_0, TlsVersion::kTls1_1,
                                       TlsVersion::kTls1_2,
                                       TlsVersion::kTls1_3};

TlsVersion ToSsl(config::TlsVersion version) {
  switch (version) {
    case config::TlsVersion::kTls1_0:
      return TlsVersion::kTls1_0;
    case config::TlsVersion::kTls1_1:
      return TlsVersion::kTls1_1;
    case config::TlsVersion::kTls1_2:
      return TlsVersion::kTls1_2;
    case config::TlsVersion::kTls1_3:
      break;
  }
  return TlsVersion::kTls1_3;
}

// The one version of a protocol that has but one.
absl::optional<TlsVersion> OnlyVersion(ssl::Protocol protocol) {
  switch (protocol) {
    case ssl::Protocol::kSslv23:
      break;
    case ssl::Protocol::kTlsv1:
      return TlsVersion::kTls1_0;
    case ssl::Protocol::kTlsv1_1:
      return TlsVersion::kTls1_1;
    case ssl::Protocol::kTlsv1_2:
      return TlsVersion::kTls1_2;
  }
  return absl::nullopt;
}

// The versions that a request leaves, lowest first.
std::vector<TlsVersion> RequestedVersions(const VerificationRequest& request) {
  const absl::optional<TlsVersion> only = OnlyVersion(request.protocol);
  const std::vector<TlsVersion>& disabled = request.disabled_versions;
  std::vector<TlsVersion> versions;
  for (const TlsVersion version : kAllVersions) {
    if (only.has_value() && version != *only) continue;
    if (request.minimum_version.value_or(version) > version) continue;
    if (request.maximum_version.value_or(version) < version) continue;
    if (std::find(disabled.begin(), disabled.end(), version) !=
        disabled.end()) {
      continue;
    }
    versions.push_back(version);
  }
  return versions;
}

// The option that keeps `request` below a minimum, and its value.
std::pair<std::string, std::string> WhatIsTooLow(
    const VerificationRequest& request) {
  const absl::optional<TlsVersion> only = OnlyVersion(request.protocol);
  if (only.has_value()) {
    // TlsVersionName gives "TLSv1.1" for Python's PROTOCOL_TLSv1_1.
    std::string name(ssl::TlsVersionName(*only));
    std::replace(name.begin(), name.end(), '.', '_');
    return {"ssl_version", absl::StrCat("PROTOCOL_", name)};
  }
  if (request.maximum_version.has_value()) {
    return {"maximum_version",
            std::string(ssl::TlsVersionName(*request.maximum_version))};
  }
  return {"options", "OP_NO_* for all of these"};
}

// What one request comes to under one policy.
class Application {
 public:
  Application(const config::VerificationPolicy& policy,
              const VerificationRequest& request, PolicyChange* refusal)
      : policy_(policy),
        request_(request),
        refusal_(refusal),
        enforced_(policy.verification.value == Verification::kEnforce) {}

  absl::StatusOr<VerificationDecision> Decide() {
    absl::Status status = DecideVersions();
    if (status.ok()) status = DecideKeyLog();
    if (!status.ok()) return status;
    if (request_.side == ssl::Side::kServer) {
      decision_.cert_reqs = request_.cert_reqs.value_or(VerifyMode::kNone);
      decision_.check_hostname = false;
      decision_.psk = request_.psk;
      return std::move(decision_);
    }
    status = DecideChain();
    if (status.ok()) status = DecidePsk();
    if (status.ok()) status = DecideName();
    if (status.ok()) status = DecideBundle();
    if (!status.ok()) return status;
    return std::move(decision_);
  }

 private:
  // What the policy does not allow, whatever it says of overriding.
  static PolicyRefusal RefusalOf(PolicyChange change,
                                 absl::string_view message) {
    change.effective.clear();
    change.asked = true;
    absl::Status status = ssl::MakeStatus(
        ErrorKind::kPolicy,
        absl::StrCat("The policy (", change.origin.ToString(), ") ", message));
    return {std::move(status), std::move(change)};
  }

  absl::Status Refuse(PolicyRefusal refusal) {
    if (refusal_ != nullptr) *refusal_ = std::move(refusal.change);
    return std::move(refusal.status);
  }

  // An error, or ok where the policy has such a thing upgraded to
  // `change.effective`, which is then noted.
  absl::Status Override(PolicyChange change, absl::string_view message) {
    if (policy_.on_override.value == config::OnOverride::kReject) {
      return Refuse(RefusalOf(std::move(change), message));
    }
    change.asked = true;
    decision_.changes.push_back(std::move(change));
    return absl::OkStatus();
  }

  absl::Status DecideVersions() {
    decision_.protocol = request_.protocol;
    decision_.minimum_version = request_.minimum_version;
    decision_.maximum_version = request_.maximum_version;
    decision_.disabled_versions = request_.disabled_versions;
    if (!policy_.minimum_version.value.has_value()) return absl::OkStatus();
    const TlsVersion minimum = ToSsl(*policy_.minimum_version.value);
    const config::Origin& origin = policy_.minimum_version.origin;
    const std::vector<TlsVersion> versions = RequestedVersions(request_);
    decision_.minimum_version =
        std::max(minimum, request_.minimum_version.value_or(minimum));
    // No version at all is a mistake of the request's own, not the policy's.
    if (versions.empty() || versions.front() >= minimum) {
      return absl::OkStatus();
    }
    const std::string name(ssl::TlsVersionName(minimum));
    if (versions.back() >= minimum) {
      decision_.changes.push_back(
          {"minimum_version",
           std::string(ssl::TlsVersionName(versions.front())), name, origin});
      return absl::OkStatus();
    }
    decision_.protocol = ssl::Protocol::kSslv23;
    decision_.minimum_version = minimum;
    decision_.maximum_version.reset();
    decision_.disabled_versions.clear();
    const auto [option, value] = WhatIsTooLow(request_);
    return Override(
        {option, value, absl::StrCat(name, " or later"), origin},
        absl::StrCat("allows no version below ", name, ", but ", option, " is ",
                     value,
                     "; use PROTOCOL_SSLv23, which takes the best that both "
                     "sides have."));
  }

  absl::Status DecideKeyLog() {
    decision_.key_log = request_.key_log;
    if (!request_.key_log || policy_.key_log.value == config::KeyLog::kAllow) {
      return absl::OkStatus();
    }
    decision_.key_log = false;
    return Override({"key_log", "set", "not set", policy_.key_log.origin},
                    "forbids to log a connection's secrets; set neither "
                    "SSLKEYLOGFILE nor keylog_filename.");
  }

  // A client's chain.
  absl::Status DecideChain() {
    const config::Origin& origin = policy_.verification.origin;
    if (!request_.cert_reqs.has_value()) {
      // Who wants the name checked wants it checked on a certificate that
      // counts.
      const bool wanted = request_.check_hostname.value_or(false);
      const bool demanded = policy_.verification.value != Verification::kOff;
      decision_.cert_reqs =
          wanted || demanded ? VerifyMode::kRequired : VerifyMode::kNone;
      if (demanded && !wanted) {
        decision_.changes.push_back(
            {"cert_reqs", "CERT_NONE", "CERT_REQUIRED", origin});
      }
      return absl::OkStatus();
    }
    decision_.cert_reqs = *request_.cert_reqs;
    if (decision_.cert_reqs != VerifyMode::kNone) return absl::OkStatus();
    if (enforced_) {
      decision_.cert_reqs = VerifyMode::kRequired;
      return Override({"cert_reqs", "CERT_NONE", "CERT_REQUIRED", origin},
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
    return absl::OkStatus();
  }

  absl::Status DecidePsk() {
    decision_.psk = request_.psk && !enforced_;
    if (!request_.psk || !enforced_) return absl::OkStatus();
    return Override({"psk", "set", "not set", policy_.verification.origin},
                    "demands that a client verifies its server's certificate, "
                    "but with a pre-shared key (PSK) there is none; leave out "
                    "the PSK callback.");
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
      absl::Status status =
          Override({"check_hostname", "False", "True", origin},
                   "demands that a client checks its server's name, but "
                   "check_hostname is false; leave it out.");
      if (!status.ok()) return status;
      unsaid = true;
    }
    const bool demanded =
        required &&
        (enforced_ || (!request_.cert_reqs.has_value() &&
                       policy_.verification.value == Verification::kDefault));
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
    PolicyRefusal refusal = RefusalOf(
        {"server_hostname", "none", "", policy_.verification.origin},
        absl::StrCat(
            "demands that a client checks its server's name, but there is none "
            "to check; pass server_hostname",
            enforced ? "."
                     : ", or state what is wanted: cert_reqs=CERT_REQUIRED for "
                       "the chain alone, cert_reqs=CERT_NONE for nothing."));
    if (is_known) return Refuse(std::move(refusal));
    decision_.nameless = std::move(refusal);
    return absl::OkStatus();
  }

  // What a client verifies against.
  absl::Status DecideBundle() {
    decision_.pins = policy_.pins.value;
    if (!policy_.ca_certs.stated() ||
        decision_.cert_reqs == VerifyMode::kNone) {
      return absl::OkStatus();
    }
    decision_.ca_certs = policy_.ca_certs.value;
    if (!request_.own_ca_certs) return absl::OkStatus();
    return Override(
        {"ca_certs", "the application's own", *policy_.ca_certs.value,
         policy_.ca_certs.origin},
        absl::StrCat("lets a client verify against ", *policy_.ca_certs.value,
                     " alone, but ca_certs has other CAs; leave it "
                     "out."));
  }

  const config::VerificationPolicy& policy_;
  const VerificationRequest& request_;
  PolicyChange* const refusal_;
  const bool enforced_;
  VerificationDecision decision_;
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
