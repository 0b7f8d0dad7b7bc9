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
std::string WhatIsTooLow(const VerificationRequest& request) {
  const absl::optional<TlsVersion> only = OnlyVersion(request.protocol);
  if (only.has_value()) {
    // TlsVersionName gives "TLSv1.1" for Python's PROTOCOL_TLSv1_1.
    std::string name(ssl::TlsVersionName(*only));
    std::replace(name.begin(), name.end(), '.', '_');
    return absl::StrCat("ssl_version is PROTOCOL_", name);
  }
  if (request.maximum_version.has_value()) {
    return absl::StrCat("maximum_version is ",
                        ssl::TlsVersionName(*request.maximum_version));
  }
  return "all of these are disabled";
}

absl::Status Refused(const config::Origin& origin, absl::string_view message) {
  return ssl::MakeStatus(
      ErrorKind::kPolicy,
      absl::StrCat("The policy (", origin.ToString(), ") ", message));
}

absl::Status ApplyToVersions(const config::VerificationPolicy& policy,
                             const VerificationRequest& request,
                             VerificationDecision* decision) {
  decision->minimum_version = request.minimum_version;
  if (!policy.minimum_version.value.has_value()) return absl::OkStatus();
  const TlsVersion minimum = ToSsl(*policy.minimum_version.value);
  const config::Origin& origin = policy.minimum_version.origin;
  const std::vector<TlsVersion> versions = RequestedVersions(request);
  // No version at all is a mistake of the request's own, not the policy's.
  if (!versions.empty() && versions.back() < minimum) {
    return Refused(origin, absl::StrCat("allows no version below ",
                                        ssl::TlsVersionName(minimum), ", but ",
                                        WhatIsTooLow(request),
                                        "; use PROTOCOL_SSLv23, which takes "
                                        "the best that both sides have."));
  }
  decision->minimum_version =
      std::max(minimum, request.minimum_version.value_or(minimum));
  if (!versions.empty() && versions.front() < minimum) {
    decision->changes.push_back(
        {"minimum_version", std::string(ssl::TlsVersionName(versions.front())),
         std::string(ssl::TlsVersionName(minimum)), origin});
  }
  return absl::OkStatus();
}

// A client's chain.
absl::Status ApplyToChain(const config::VerificationPolicy& policy,
                          const VerificationRequest& request,
                          VerificationDecision* decision) {
  const config::Origin& origin = policy.verification.origin;
  if (!request.cert_reqs.has_value()) {
    // Who wants the name checked wants it checked on a certificate that counts.
    const bool wanted = request.check_hostname.value_or(false);
    const bool demanded = policy.verification.value != Verification::kOff;
    decision->cert_reqs =
        wanted || demanded ? VerifyMode::kRequired : VerifyMode::kNone;
    if (demanded && !wanted) {
      decision->changes.push_back(
          {"cert_reqs", "CERT_NONE", "CERT_REQUIRED", origin});
    }
    return absl::OkStatus();
  }
  decision->cert_reqs = *request.cert_reqs;
  if (decision->cert_reqs != VerifyMode::kNone) return absl::OkStatus();
  if (policy.verification.value == Verification::kEnforce) {
    return Refused(origin,
                   "demands that a client verifies its server, but cert_reqs "
                   "is CERT_NONE; leave it out, or pass CERT_REQUIRED.");
  }
  if (request.check_hostname.value_or(false)) {
    return ssl::MakeStatus(
        ErrorKind::kInvalidArgument,
        "check_hostname is set, but cert_reqs is CERT_NONE: a name on a "
        "certificate that nobody verified means nothing; pass CERT_REQUIRED.");
  }
  return absl::OkStatus();
}

// The name of a client's server; the chain is decided already.
absl::Status ApplyToName(const config::VerificationPolicy& policy,
                         const VerificationRequest& request,
                         VerificationDecision* decision) {
  if (decision->cert_reqs == VerifyMode::kNone) {
    decision->check_hostname = false;
    return absl::OkStatus();
  }
  const config::Origin& origin = policy.verification.origin;
  const bool enforced = policy.verification.value == Verification::kEnforce;
  const bool may_have_name =
      !request.server_hostname.has_value() || !request.server_hostname->empty();
  if (enforced && !request.check_hostname.value_or(true)) {
    return Refused(origin,
                   "demands that a client checks its server's name, but "
                   "check_hostname is false; leave it out.");
  }
  const bool demanded =
      enforced || (policy.verification.value == Verification::kDefault &&
                   !request.cert_reqs.has_value());
  decision->check_hostname =
      request.check_hostname.value_or(demanded || may_have_name);
  if (decision->check_hostname && !may_have_name) {
    if (request.check_hostname.value_or(false) && !enforced) {
      return ssl::MakeStatus(ErrorKind::kInvalidArgument,
                             "check_hostname is set, but there is no name to "
                             "check; pass server_hostname.");
    }
    return Refused(
        origin,
        absl::StrCat(
            "demands that a client checks its server's name, but there is none "
            "to check; pass server_hostname",
            enforced ? "."
                     : ", or state what is wanted: cert_reqs=CERT_REQUIRED for "
                       "the chain alone, cert_reqs=CERT_NONE for nothing."));
  }
  decision->common_name_fallback = request.common_name_fallback && !enforced;
  if (request.common_name_fallback && enforced) {
    decision->changes.push_back(
        {"common_name_fallback", "true", "false", origin});
  }
  return absl::OkStatus();
}

}  // namespace

std::string PolicyChange::ToString() const {
  return absl::StrCat(setting, ": ", effective, " in place of ", requested,
                      ", because of ", origin.ToString());
}

absl::StatusOr<VerificationDecision> ApplyPolicy(
    const config::VerificationPolicy& policy,
    const VerificationRequest& request) {
  VerificationDecision decision;
  absl::Status status = ApplyToVersions(policy, request, &decision);
  if (!status.ok()) return status;
  if (request.side == ssl::Side::kServer) {
    decision.cert_reqs = request.cert_reqs.value_or(VerifyMode::kNone);
    decision.check_hostname = false;
    return decision;
  }
  status = ApplyToChain(policy, request, &decision);
  if (!status.ok()) return status;
  status = ApplyToName(policy, request, &decision);
  if (!status.ok()) return status;
  return decision;
}

}  // namespace airlock::platform
