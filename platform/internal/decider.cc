// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/decider.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/base/log_severity.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "config/effective_policy.h"
#include "config/host_pattern.h"
#include "platform/internal/key_writer.h"
#include "ssl/error.h"
#include "ssl/shown.h"
#include "ssl/trust_comparison.h"

namespace airlock::platform::internal {
namespace {

// The `requested` of an audit event if the application sets nothing.
constexpr absl::string_view kUnset = "unset";

// One for each list of SPIFFE IDs in a policy; more are made again.
constexpr size_t kMostSpiffePeers = 64;

// For a refusal the application gets an error; an upgrade would go unnoticed.
AuditSink LogUpgradesTo(std::shared_ptr<Host> host) {
  return [host = std::move(host)](const AuditEvent& event) {
    if (event.action == AuditEvent::Action::kRefused) return;
    // NoteUnverified has already logged this.
    if (event.requested == kUnset) return;
    // The application chooses these texts.
    const std::string where = absl::CHexEscape(absl::StrCat(
        event.host.empty() ? "an unnamed host" : event.host,
        event.call_site.empty() ? "" : ", requested at ", event.call_site));
    host->Log(absl::LogSeverity::kWarning,
              absl::StrCat("For a connection to ", where.substr(0, 512), ": ",
                           event.setting, ": ", event.effective,
                           event.action == AuditEvent::Action::kAllowed
                               ? std::string(", allowed by ")
                               : absl::StrCat(" in place of ", event.requested,
                                              ", because of "),
                           event.rule.ToString()));
  };
}

// Whether a policy without exceptions may refuse a client's own CAs.
bool LimitsCas(const config::PolicySettings& settings) {
  return settings.ca_certs.stated() ||
         settings.application_cas.value != config::ApplicationCas::kAllow;
}

// Whether a policy makes clients check CRLs.
bool ChecksCrls(const config::PolicySettings& settings) {
  return absl::c_any_of(settings.verify_flags.value,
                        [](config::VerifyFlag flag) {
                          return flag == config::VerifyFlag::kCrlCheckLeaf ||
                                 flag == config::VerifyFlag::kCrlCheckChain;
                        });
}

absl::CivilDay Today(const Host& host) {
  return absl::ToCivilDay(host.Now(), absl::UTCTimeZone());
}

// An error for a name whose exception cannot be found: it may have pins.
absl::Status CheckHost(absl::string_view name) {
  if (name.empty() || config::HostPattern::IsHost(name)) {
    return absl::OkStatus();
  }
  return ssl::MakeStatus(
      ssl::ErrorKind::kInvalidArgument,
      ssl::ErrorParts{
          ssl::ErrorText::Name("server_hostname"),
          absl::StrCat("\"", ssl::Shown(name),
                       "\" is neither a DNS name nor an IP address, so it is "
                       "unknown which of the policy's exceptions is for it"),
          "pass the server's name, without scheme and port."});
}

}  // namespace

Decider::Decider(std::shared_ptr<Host> host, TrustCache* trust, AuditSink audit,
                 const AuditLimits& limits)
    : host_(std::move(host)),
      trust_(trust),
      spiffe_(kMostSpiffePeers),
      auditor_(std::make_shared<Auditor>(
          audit != nullptr ? std::move(audit) : LogUpgradesTo(host_), limits)) {
}

bool Decider::BringsOthers(const CaCerts& ca_certs, const CaCerts& bundle,
                           bool spiffe, const Policy& in_force,
                           JudgedBundle* judged) {
  if (!IsGiven(ca_certs)) return false;
  const auto* path = std::get_if<CaPath>(&ca_certs);
  const auto* known_path = std::get_if<CaPath>(&bundle);
  if (path != nullptr && known_path != nullptr &&
      path->path == known_path->path) {
    return false;
  }
  const absl::StatusOr<TrustStorePtr> brought = LoadCaCerts(ca_certs, in_force);
  // An unreadable bundle may contain anything.
  if (!brought.ok()) return true;
  judged->store = *brought;
  if (!IsGiven(bundle) && !spiffe) {
    return trust_->ExceedsDefault(**brought, judged->checks_crls);
  }
  std::vector<TrustStorePtr> known;
  for (const CaCerts& place : {bundle, CaCerts()}) {
    absl::StatusOr<TrustStorePtr> store = LoadCaCerts(place, in_force);
    if (store.ok()) known.push_back(*std::move(store));
  }
  return ssl::HasOtherCertificates(**brought, known);
}

absl::StatusOr<VerificationDecision> Decider::Decide(
    const Policy& in_force, const VerificationRequest& request,
    const CaCerts& ca_certs, PolicyChange* refusal, JudgedBundle* judged) {
  const bool client = request.side == ssl::Side::kClient;
  // A policy is a large struct: made only if an exception may change it.
  std::optional<Policy> with_exception;
  if (!in_force.exceptions.empty()) {
    const std::string name =
        client ? request.server_hostname.value_or("") : std::string();
    absl::Status known = CheckHost(name);
    if (!known.ok()) return known;
    with_exception = config::PolicyForHost(in_force, name, Today(*host_));
  }
  const Policy& for_host =
      with_exception.has_value() ? *with_exception : in_force;
  CaCerts bundle;
  if (for_host.ca_certs.stated()) {
    bundle = CaPath{*for_host.ca_certs.value, /*must_be_trusted=*/true};
  }
  const bool spiffe =
      !(client ? for_host.server_spiffe_ids : for_host.client_spiffe_ids)
           .value.empty();
  JudgedBundle brought;
  brought.checks_crls = ChecksCrls(for_host);
  const bool own = ((client && LimitsCas(for_host)) || spiffe) &&
                   BringsOthers(ca_certs, bundle, spiffe, in_force, &brought);
  if (judged != nullptr) *judged = std::move(brought);
  std::optional<VerificationRequest> with_own;
  if (own != request.own_ca_certs) {
    with_own = request;
    with_own->own_ca_certs = own;
  }
  absl::StatusOr<VerificationDecision> decision = ApplyPolicy(
      for_host, with_own.has_value() ? *with_own : request, refusal);
  if (!spiffe || !decision.ok()) return decision;
  absl::Status loaded = LoadSpiffe(&*decision);
  if (!loaded.ok()) return loaded;
  return decision;
}

bool Decider::DependsOnRequestAlone(const Policy& in_force,
                                    const CaCerts& ca_certs) {
  return in_force.exceptions.empty() &&
         (!IsGiven(ca_certs) || !LimitsCas(in_force)) &&
         in_force.client_spiffe_ids.value.empty() &&
         in_force.server_spiffe_ids.value.empty();
}

absl::Status Decider::LoadSpiffe(VerificationDecision* decision) {
  KeyWriter key;
  key.Add(decision->spiffe_ids.value);
  std::vector<ssl::SpiffeBundle> bundles;
  for (const config::TrustDomain& domain : decision->trust_domains) {
    absl::StatusOr<TrustStorePtr> bundle =
        trust_->FromPath(domain.bundle, /*must_be_trusted=*/true,
                         "trust_domains", BundleForm::kSpiffe);
    if (!bundle.ok()) return bundle.status();
    key.Add(domain.name);
    key.Add((*bundle)->content_hash());
    bundles.push_back({domain.name, *std::move(bundle)});
  }
  absl::StatusOr<std::shared_ptr<const ssl::SpiffePeers>> peers =
      spiffe_.GetOrMake(key.key(), [&] {
        return ssl::SpiffePeers::Create(bundles, decision->spiffe_ids.value);
      });
  if (!peers.ok()) {
    // Memory that runs out says nothing about the bundles.
    if (ssl::GetErrorKind(peers.status()) == ssl::ErrorKind::kInternal) {
      return peers.status();
    }
    return ssl::MakeStatus(
        ssl::ErrorKind::kTrustStore,
        absl::StrCat("The policy (", decision->spiffe_ids.origin.ToString(),
                     "): ", peers.status().message()));
  }
  decision->verification.spiffe = *std::move(peers);
  return absl::OkStatus();
}

absl::StatusOr<VerificationDecision> Decider::DecideAudited(
    const Policy& in_force, const VerificationRequest& request,
    const CaCerts& ca_certs, CallSite call_site, JudgedBundle* judged) {
  PolicyChange refusal;
  absl::StatusOr<VerificationDecision> decision =
      Decide(in_force, request, ca_certs, &refusal, judged);
  if (refusal.asked) {
    Audit(AuditEvent::Action::kRefused, refusal, request, call_site);
  }
  if (!decision.ok()) return decision;
  for (const PolicyChange& change : decision->changes) {
    if (!change.asked) continue;
    Audit(AuditEvent::Action::kUpgraded, change, request, call_site);
  }
  for (const PolicyChange& change : decision->allowed) {
    Audit(AuditEvent::Action::kAllowed, change, request, call_site);
  }
  if (decision->unverified_unstated) {
    NoteUnverified(in_force, request.server_hostname.value_or(""), call_site());
  }
  return decision;
}

void Decider::NoteUnverified(const Policy& in_force, const std::string& host,
                             const std::string& call_site) {
  if (!unverified_.Add(call_site)) return;
  auditor_->Record({AuditEvent::Action::kAllowed, host_->Now(), host,
                    "cert_reqs", std::string(kUnset), "CERT_NONE",
                    in_force.verification.origin, call_site, 0});
  host_->Log(absl::LogSeverity::kWarning,
             absl::StrCat(
                 "A client",
                 call_site.empty()
                     ? ""
                     : absl::StrCat(" made at ",
                                    absl::CHexEscape(call_site).substr(0, 512)),
                 " verifies nothing: it does not set cert_reqs, whose default "
                 "is CERT_NONE. Anyone on the network can read and change its "
                 "data; set CERT_REQUIRED and server_hostname."));
}

std::function<absl::Status(absl::string_view)> Decider::HostnameRule(
    std::shared_ptr<const Policy> in_force,
    const std::optional<std::string>& host, CallSite find_call_site) const {
  if (in_force->exceptions.empty()) return nullptr;
  const config::PolicyException* made_for =
      config::ExceptionFor(*in_force, host.value_or(""), Today(*host_));
  return [clock = host_, auditor = auditor_, policy = std::move(in_force),
          made_for, call_site = find_call_site()](
             absl::string_view name) -> absl::Status {
    absl::Status known = CheckHost(name);
    if (!known.ok()) return known;
    const config::PolicyException* rule =
        config::ExceptionFor(*policy, name, Today(*clock));
    // An exception that only relaxes may be left unused.
    if (rule == made_for ||
        (made_for == nullptr && !rule->settings.pins.stated() &&
         !rule->settings.ech.stated() &&
         !rule->settings.server_spiffe_ids.stated())) {
      return absl::OkStatus();
    }
    const config::PolicyException& broken =
        made_for == nullptr ? *rule : *made_for;
    auditor->Record({AuditEvent::Action::kRefused, clock->Now(),
                     std::string(name), "server_hostname",
                     "a context for another host", "", broken.origin, call_site,
                     0});
    return ssl::MakeStatus(
        ssl::ErrorKind::kPolicy,
        ssl::ErrorParts{
            absl::StrCat("The policy (", broken.origin.ToString(), ")"),
            absl::StrCat(
                "has an exception for \"", broken.host.text(),
                "\", which applies to only one of the context and the socket"),
            ssl::Named("make the context with the socket's {server_hostname}."),
            /*after_where=*/" "});
  };
}

void Decider::Audit(AuditEvent::Action action, const PolicyChange& change,
                    const VerificationRequest& request, CallSite call_site) {
  auditor_->Record({action, host_->Now(), request.server_hostname.value_or(""),
                    change.setting, change.requested, change.effective,
                    change.origin, call_site(), 0});
}

absl::StatusOr<TrustStorePtr> Decider::LoadCaCerts(const CaCerts& ca_certs,
                                                   const Policy& in_force) {
  if (const auto* path = std::get_if<CaPath>(&ca_certs)) {
    return trust_->FromPath(path->path, path->must_be_trusted, path->argument);
  }
  if (const auto* bytes = std::get_if<CaBytes>(&ca_certs)) {
    return trust_->FromBytes(bytes->bytes, bytes->argument);
  }
  if (const auto* store = std::get_if<TrustStorePtr>(&ca_certs)) {
    if (*store != nullptr) return *store;
    return ssl::MakeStatus(ssl::ErrorKind::kTrustStore,
                           ssl::ErrorParts{ssl::ErrorText::Name("ca_certs"),
                                           "is a null trust store.", "",
                                           /*after_where=*/" "});
  }
  const std::optional<std::string>& bundle = in_force.ca_certs.value;
  return bundle.has_value()
             ? trust_->FromPath(*bundle, /*must_be_trusted=*/true)
             : trust_->Default();
}

}  // namespace airlock::platform::internal
