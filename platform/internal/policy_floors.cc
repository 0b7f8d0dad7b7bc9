// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/policy_floors.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/options.h"

namespace airlock::platform::internal {
namespace {

using ssl::ErrorText;
using ssl::JoinText;
using ssl::Named;
using ssl::TlsVersion;

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

// The version of a protocol with only one version.
std::optional<TlsVersion> OnlyVersion(ssl::Protocol protocol) {
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
  return std::nullopt;
}

// The versions that a request allows, lowest first.
std::vector<TlsVersion> RequestedVersions(const VerificationRequest& request) {
  const std::optional<TlsVersion> only =
      OnlyVersion(request.verification.protocol);
  const std::vector<TlsVersion>& disabled =
      request.verification.disabled_versions;
  std::vector<TlsVersion> versions;
  for (const TlsVersion version : kAllVersions) {
    if (only.has_value() && version != *only) continue;
    if (request.verification.minimum_version.value_or(version) > version)
      continue;
    if (request.verification.maximum_version.value_or(version) < version)
      continue;
    if (std::find(disabled.begin(), disabled.end(), version) !=
        disabled.end()) {
      continue;
    }
    versions.push_back(version);
  }
  return versions;
}

// The option that keeps `request` below a minimum, and its value.
std::pair<ErrorText, ErrorText> WhatIsTooLow(
    const VerificationRequest& request) {
  const std::optional<TlsVersion> only =
      OnlyVersion(request.verification.protocol);
  if (only.has_value()) {
    // TlsVersionName returns "TLSv1.1" for Python's PROTOCOL_TLSv1_1.
    std::string name(ssl::TlsVersionName(*only));
    std::replace(name.begin(), name.end(), '.', '_');
    return {ErrorText::Name("ssl_version"),
            ErrorText::Name(absl::StrCat("PROTOCOL_", name))};
  }
  if (request.verification.maximum_version.has_value()) {
    return {"maximum_version",
            ssl::TlsVersionName(*request.verification.maximum_version)};
  }
  return {ErrorText::Name("options"), Named("{OP_NO_*} for all of these")};
}

absl::Status ApplyVersions(const config::VerificationPolicy& policy,
                           const VerificationRequest& request,
                           Overrides* overrides,
                           VerificationDecision* decision) {
  const std::optional<config::TlsVersion>& stated =
      policy.minimum_version.value;
  // Earlier versions cannot carry its keys.
  const bool post_quantum =
      policy.post_quantum.value == config::PostQuantum::kRequire &&
      stated != config::TlsVersion::kTls1_3;
  if (!post_quantum && !stated.has_value()) return absl::OkStatus();
  const TlsVersion minimum =
      post_quantum ? TlsVersion::kTls1_3 : ToSsl(*stated);
  const config::Origin& origin =
      post_quantum ? policy.post_quantum.origin : policy.minimum_version.origin;
  const std::vector<TlsVersion> versions = RequestedVersions(request);
  decision->verification.minimum_version =
      std::max(minimum, request.verification.minimum_version.value_or(minimum));
  // An empty range is a mistake in the request, not the policy's concern.
  if (versions.empty() || versions.front() >= minimum) {
    return absl::OkStatus();
  }
  const std::string name(ssl::TlsVersionName(minimum));
  if (versions.back() >= minimum) {
    decision->changes.push_back(
        {"minimum_version", std::string(ssl::TlsVersionName(versions.front())),
         name, origin});
    return absl::OkStatus();
  }
  decision->verification.protocol = ssl::Protocol::kSslv23;
  decision->verification.minimum_version = minimum;
  decision->verification.maximum_version.reset();
  decision->verification.disabled_versions.clear();
  const auto [option, value] = WhatIsTooLow(request);
  return overrides->Override(
      {option.text(), value.text(), absl::StrCat(name, " or later"), origin},
      JoinText(
          post_quantum ? "requires post-quantum key exchange, and so " : "",
          "allows no version below ", name, ", but ", option, " is ", value),
      Named("use {PROTOCOL_SSLv23}, which negotiates the highest version that "
            "both sides support."));
}

absl::Status ApplyKeyLog(const config::VerificationPolicy& policy,
                         const VerificationRequest& request,
                         Overrides* overrides, VerificationDecision* decision) {
  decision->key_log = request.key_log;
  if (!request.key_log || policy.key_log.value == config::KeyLog::kAllow) {
    return absl::OkStatus();
  }
  decision->key_log = false;
  return overrides->Override(
      {"key_log", "set", "not set", policy.key_log.origin},
      "forbids logging a connection's secrets",
      Named("set neither SSLKEYLOGFILE nor {keylog_filename}."));
}

absl::Status ApplyLevel(const config::VerificationPolicy& policy,
                        const VerificationRequest& request,
                        Overrides* overrides, VerificationDecision* decision) {
  const int floor = policy.security_level.value.value_or(0);
  decision->verification.minimum_security_level =
      std::max(floor, request.verification.minimum_security_level);
  if (request.verification.security_level >= floor) return absl::OkStatus();
  decision->verification.security_level = floor;
  return overrides->OverrideIf(
      request.security_level_stated,
      {"security_level", absl::StrCat(request.verification.security_level),
       absl::StrCat(floor), policy.security_level.origin},
      absl::StrCat("requires security level ", floor,
                   " or above, but ciphers "
                   "(\"@SECLEVEL=\") or security_level is ",
                   request.verification.security_level),
      "leave it out.");
}

// The policy's name for OpenSSL's or BoringSSL's group `name`.
absl::string_view GroupName(absl::string_view name) {
  constexpr absl::string_view kAliases[][2] = {{"x25519", "X25519"},
                                               {"prime256v1", "P-256"},
                                               {"secp256r1", "P-256"},
                                               {"secp384r1", "P-384"},
                                               {"secp521r1", "P-521"}};
  for (const auto& [alias, group] : kAliases) {
    if (name == alias) return group;
  }
  return name;
}

absl::Status ApplyGroups(const config::VerificationPolicy& policy,
                         const VerificationRequest& request,
                         Overrides* overrides, VerificationDecision* decision) {
  const std::vector<std::string>& allowed = policy.groups.value;
  if (allowed.empty()) return absl::OkStatus();
  std::vector<absl::string_view> left;
  bool all = true;
  for (const absl::string_view name :
       absl::StrSplit(request.verification.groups, ':', absl::SkipEmpty())) {
    if (absl::c_linear_search(allowed, GroupName(name))) {
      left.push_back(name);
    } else {
      all = false;
    }
  }
  if (!left.empty() && all) return absl::OkStatus();
  const bool none_asked = request.verification.groups.empty();
  decision->verification.groups = absl::StrJoin(left, ":");
  if (left.empty()) decision->verification.groups = absl::StrJoin(allowed, ":");
  return overrides->OverrideIf(
      left.empty() && !none_asked,
      {"groups", none_asked ? "the default" : request.verification.groups,
       decision->verification.groups, policy.groups.origin},
      absl::StrCat("allows only the groups ", decision->verification.groups,
                   ", and groups contains none of them"),
      "leave it out.");
}

absl::Status ApplyPostQuantum(const config::VerificationPolicy& policy,
                              const VerificationRequest& request,
                              Overrides* overrides,
                              VerificationDecision* decision) {
  const bool required =
      policy.post_quantum.value == config::PostQuantum::kRequire;
  const std::vector<std::string>& allowed = policy.groups.value;
  const bool can_be_used =
      ssl::HasPostQuantumGroup() &&
      (allowed.empty() ||
       absl::c_linear_search(allowed, ssl::kPostQuantumGroup));
  if (policy.post_quantum.value == config::PostQuantum::kAllow ||
      (!required && !can_be_used)) {
    return absl::OkStatus();
  }
  std::string& groups = decision->verification.groups;
  PolicyChange change = {
      "groups",
      request.verification.groups.empty() ? "the default"
                                          : request.verification.groups,
      std::string(ssl::kPostQuantumGroup), policy.post_quantum.origin};
  if (!can_be_used) {
    return overrides->Refuse(Overrides::RefusalOf(
        std::move(change),
        ssl::HasPostQuantumGroup()
            ? absl::StrCat("requires the group ", ssl::kPostQuantumGroup,
                           " for key exchange, but its groups (",
                           policy.groups.origin.ToString(),
                           ") do not contain it")
            : absl::StrCat("requires post-quantum key exchange, but ",
                           ssl::PostQuantumNeed()),
        "ask the platform's operator."));
  }
  std::vector<absl::string_view> names =
      absl::StrSplit(groups, ':', absl::SkipEmpty());
  const auto found = absl::c_find(names, ssl::kPostQuantumGroup);
  const bool has_it = found != names.end();
  // By default, it comes first.
  if (!required && (names.empty() || found == names.begin())) {
    return absl::OkStatus();
  }
  if (required && has_it && names.size() == 1) return absl::OkStatus();
  if (!required) {
    if (has_it) names.erase(found);
    change.effective =
        absl::StrCat(ssl::kPostQuantumGroup, ":", absl::StrJoin(names, ":"));
  }
  const bool asked_for_others = required && !has_it && !names.empty();
  groups = change.effective;
  return overrides->OverrideIf(
      asked_for_others, std::move(change),
      absl::StrCat("requires the group ", ssl::kPostQuantumGroup,
                   " for key exchange, and groups does not contain it"),
      "leave it out.");
}

absl::Status ApplyEch(const config::VerificationPolicy& policy,
                      const VerificationRequest& request, Overrides* overrides,
                      VerificationDecision* decision) {
  const bool required = policy.ech.value == config::Ech::kRequire;
  if (policy.ech.value == config::Ech::kAllow ||
      (required && request.side == ssl::Side::kServer)) {
    return absl::OkStatus();
  }
  const ssl::EchUse asked = request.verification.ech;
  ssl::EchUse& use = decision->verification.ech;
  use = required ? ssl::EchUse::kRequired : ssl::EchUse::kForbidden;
  const bool contradicts = asked != ssl::EchUse::kAllowed && asked != use;
  const bool unknown = request.ech == EchRequest::kUnknown && !contradicts;
  const bool complies =
      request.ech == (required ? EchRequest::kOffered : EchRequest::kNone);
  if (complies && !contradicts && (!required || ssl::HasEch())) {
    return absl::OkStatus();
  }
  PolicyRefusal refusal =
      required
          ? Overrides::RefusalOf(
                {"ech_configs", "not set", "", policy.ech.origin},
                ssl::HasEch()
                    ? ErrorText("requires Encrypted Client Hello, which hides "
                                "the name of the server")
                    : ErrorText(absl::StrCat("requires more than this engine "
                                             "has: ",
                                             ssl::EchNeed())),
                Named("set {ech_configs} to the server's ECHConfigList, which "
                      "its DNS record has, or ask the platform's operator for "
                      "an exception."))
          : Overrides::RefusalOf(
                {"ech", "set", "", policy.ech.origin},
                "forbids Encrypted Client Hello",
                Named("leave out {ech_configs}, {ech_grease} and {ech_keys}."));
  if (!unknown) return overrides->Refuse(std::move(refusal));
  decision->ech_refused = std::move(refusal);
  return absl::OkStatus();
}

absl::Status ApplyPsk(const config::VerificationPolicy& policy,
                      const VerificationRequest& request, Overrides* overrides,
                      VerificationDecision* decision) {
  decision->psk = request.psk;
  if (!request.psk) return absl::OkStatus();
  const bool client = request.side == ssl::Side::kClient;
  if (!decision->spiffe_ids.value.empty()) {
    decision->psk = false;
    return overrides->Override(
        {"psk", "set", "not set", decision->spiffe_ids.origin},
        "requires a SPIFFE ID of the peer, but a connection with a pre-shared "
        "key (PSK) has none",
        "leave out the PSK callback.");
  }
  if (client && policy.verification.value == config::Verification::kEnforce) {
    decision->psk = false;
    return overrides->Override(
        {"psk", "set", "not set", policy.verification.origin},
        "requires a client to verify its server's certificate, but a "
        "connection with a pre-shared key (PSK) has none",
        "leave out the PSK callback.");
  }
  if (policy.psk.value == config::Permission::kAllow) return absl::OkStatus();
  decision->psk = false;
  return overrides->Override({"psk", "set", "not set", policy.psk.origin},
                             "forbids pre-shared keys (PSK) in place of "
                             "certificates",
                             "leave out the PSK callback.");
}

// The field of a flag that a policy can require.
bool& FlagOf(config::VerifyFlag flag, ssl::VerifyFlags* flags) {
  switch (flag) {
    case config::VerifyFlag::kCrlCheckLeaf:
      return flags->crl_check_leaf;
    case config::VerifyFlag::kCrlCheckChain:
      return flags->crl_check_chain;
    case config::VerifyFlag::kX509Strict:
      break;
  }
  return flags->x509_strict;
}

absl::Status ApplyFlags(const config::VerificationPolicy& policy,
                        const VerificationRequest& request,
                        Overrides* overrides, VerificationDecision* decision) {
  ssl::VerifyFlags& flags = decision->verification.flags;
  if (policy.profile.value == config::Profile::kStrict && !flags.x509_strict) {
    flags.x509_strict = true;
    decision->changes.push_back(
        {"profile", std::string(ProfileName(config::Profile::kCompatible)),
         std::string(ProfileName(config::Profile::kStrict)),
         policy.profile.origin});
  }
  for (const config::VerifyFlag flag : policy.verify_flags.value) {
    bool& field = FlagOf(flag, &flags);
    if (field) continue;
    field = true;
    decision->changes.push_back({"verify_flags", "not set",
                                 std::string(config::VerifyFlagName(flag)),
                                 policy.verify_flags.origin});
  }
  if (!flags.partial_chain ||
      policy.partial_chain.value == config::Permission::kAllow) {
    return absl::OkStatus();
  }
  flags.partial_chain = false;
  return overrides->OverrideIf(
      request.partial_chain_stated,
      {"partial_chain", "set", "not set", policy.partial_chain.origin},
      Named("requires a chain to end at a self-signed CA, but "
            "{VERIFY_X509_PARTIAL_CHAIN} is set"),
      "leave it out.");
}

absl::Status ApplyDepth(const config::VerificationPolicy& policy,
                        const VerificationRequest& request,
                        Overrides* overrides, VerificationDecision* decision) {
  const std::optional<int>& most = policy.verify_depth.value;
  if (!most.has_value() || request.verification.depth <= *most) {
    return absl::OkStatus();
  }
  decision->verification.depth = *most;
  const bool asked =
      request.verification.depth != ssl::ContextOptions().verification.depth;
  return overrides->OverrideIf(
      asked,
      {"verify_depth", absl::StrCat(request.verification.depth),
       absl::StrCat(*most), policy.verify_depth.origin},
      absl::StrCat("allows ", *most,
                   " certificates at most between leaf and anchor, but "
                   "verify_depth is ",
                   request.verification.depth),
      "leave it out.");
}

}  // namespace

PolicyRefusal Overrides::RefusalOf(PolicyChange change, const ErrorText& what,
                                   const ErrorText& advice) {
  change.effective.clear();
  change.asked = true;
  absl::Status status = ssl::MakeStatus(
      ssl::ErrorKind::kPolicy,
      ssl::ErrorParts{
          absl::StrCat("The policy (", change.origin.ToString(), ")"), what,
          advice, /*after_where=*/" "});
  return {std::move(status), std::move(change)};
}

absl::Status Overrides::Refuse(PolicyRefusal refusal) {
  if (refusal_ != nullptr) *refusal_ = std::move(refusal.change);
  return std::move(refusal.status);
}

absl::Status Overrides::Override(PolicyChange change, const ErrorText& what,
                                 const ErrorText& advice) {
  if (policy_.on_override.value == config::OnOverride::kReject) {
    return Refuse(RefusalOf(std::move(change), what, advice));
  }
  change.asked = true;
  decision_->changes.push_back(std::move(change));
  return absl::OkStatus();
}

absl::Status Overrides::OverrideIf(bool asked, PolicyChange change,
                                   const ErrorText& what,
                                   const ErrorText& advice) {
  if (asked) return Override(std::move(change), what, advice);
  decision_->changes.push_back(std::move(change));
  return absl::OkStatus();
}

absl::Status ApplyFloors(const config::VerificationPolicy& policy,
                         const VerificationRequest& request,
                         Overrides* overrides, VerificationDecision* decision) {
  absl::Status status = ApplyVersions(policy, request, overrides, decision);
  for (const auto apply :
       {ApplyKeyLog, ApplyLevel, ApplyGroups, ApplyPostQuantum, ApplyEch}) {
    if (status.ok()) status = apply(policy, request, overrides, decision);
  }
  if (status.ok() && request.side == ssl::Side::kServer) {
    status = ApplyPsk(policy, request, overrides, decision);
  }
  return status;
}

absl::Status ApplyClientFloors(const config::VerificationPolicy& policy,
                               const VerificationRequest& request,
                               Overrides* overrides,
                               VerificationDecision* decision) {
  absl::Status status = ApplyPsk(policy, request, overrides, decision);
  for (const auto apply : {ApplyFlags, ApplyDepth}) {
    if (status.ok()) status = apply(policy, request, overrides, decision);
  }
  return status;
}

}  // namespace airlock::platform::internal
