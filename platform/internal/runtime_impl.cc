// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/runtime_impl.h"

#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/audit.h"
#include "platform/internal/guarded_host.h"
#include "platform/internal/policy_request.h"
#include "ssl/insecure.h"
#include "ssl/socket.h"

namespace airlock::platform {

Runtime::Impl::Impl(std::shared_ptr<Host> the_host,
                    config::Environment the_environment,
                    std::optional<config::AppYaml> the_app,
                    RuntimeOptions options)
    : given_host(std::move(the_host)),
      host(std::make_shared<internal::GuardedHost>(given_host)),
      trust(std::make_shared<internal::TrustCache>(host.get(), the_environment,
                                                   options.max_trust_stores)),
      live_trust(host, trust),
      policy(host.get(), std::move(the_environment), std::move(the_app)),
      contexts(options.max_contexts, options.max_credentials),
      shared_contexts(options.max_contexts),
      counters(std::make_shared<CounterSet>()),
      expiry(std::make_shared<internal::ExpiryWatch>(host)),
      decider(host, trust.get(), std::move(options.audit),
              options.audit_limits),
      message(std::move(options.message)),
      keylog(std::move(options.keylog)),
      handshake_ended(std::move(options.handshake_ended)),
      revocation(std::move(options.revocation)),
      accept_unknown_revocation(options.accept_unknown_revocation),
      audit_lost(std::move(options.audit_lost)) {}

VerificationRequest Runtime::Impl::RequestOf(const WrapOptions& options) const {
  VerificationRequest request = internal::RequestOf(options);
  request.key_log = keylog != nullptr;
  return request;
}

absl::StatusOr<std::shared_ptr<const internal::WrapDecision>>
Runtime::Impl::Decide(const std::shared_ptr<const Policy>& in_force,
                      const WrapOptions& options,
                      internal::JudgedBundle* judged) {
  std::shared_ptr<const internal::WrapDecision> known =
      decisions.Find(in_force, options);
  if (known != nullptr) return known;
  absl::StatusOr<VerificationDecision> decision = decider.DecideAudited(
      *in_force, RequestOf(options), options.ca_certs,
      [&options] { return options.call_site; }, judged);
  if (!decision.ok()) return decision.status();
  auto made = std::make_shared<internal::WrapDecision>();
  made->decision = *std::move(decision);
  made->key_log = made->decision.key_log && keylog != nullptr;
  made->context_key = internal::ContextCache::SettingsKey(
      {internal::SideOf(options), made->decision.verification, options.ciphers,
       options.alpn_protocols, options.alpn_required,
       options.accept_compressed_certificates, made->key_log});
  decisions.Remember(in_force, options, made);
  return made;
}

internal::LiveRule Runtime::Impl::RuleFor(const PolicyRefusal& later,
                                          bool checks_crls,
                                          const VerificationRequest& request,
                                          const std::string& call_site) const {
  const PolicyChange& change = later.change;
  const bool allowed = later.status.ok();
  internal::LiveRule rule;
  rule.key = absl::StrCat(allowed ? "audit " : "forbid ",
                          checks_crls ? "CRLs " : "", change.origin.ToString());
  rule.checks_crls = checks_crls;
  rule.refusal = later.status;
  rule.audit =
      [clock = host, auditor = decider.auditor(),
       event = AuditEvent{allowed ? AuditEvent::Action::kAllowed
                                  : AuditEvent::Action::kRefused,
                          absl::Time(), request.server_hostname.value_or(""),
                          change.setting, change.requested, change.effective,
                          change.origin, call_site, 0}] {
        AuditEvent now = event;
        now.time = clock->Now();
        auditor->Record(std::move(now));
      };
  return rule;
}

void Runtime::Impl::ApplyDecision(
    ssl::Side side, const VerificationDecision& decision,
    std::shared_ptr<const ssl::TrustStore> trust_store,
    ssl::ContextOptions* options) {
  options->verification = decision.verification;
  if (!decision.key_log) options->keylog = nullptr;
  if (!decision.psk) {
    options->psk_client = nullptr;
    options->psk_server = nullptr;
  }
  options->trust_store = std::move(trust_store);
  options->unverified_clients.reset();
  if (side == ssl::Side::kClient &&
      decision.verification.mode == ssl::VerifyMode::kNone) {
    options->unverified_clients = ssl::InsecureAllowUnverifiedClients();
  }
}

void Runtime::Impl::Complete(ssl::ContextOptions* options) const {
  options->clock = [clock = given_host] { return clock->Now(); };
  if (options->stopwatch == nullptr) {
    options->stopwatch = [] {
      return absl::FromChrono(
          std::chrono::steady_clock::now().time_since_epoch());
    };
  }
  if (options->message == nullptr) options->message = message;
  if (revocation != nullptr) {
    options->revocation = revocation;
    options->accept_unknown_revocation = accept_unknown_revocation;
  }
  options->handshake_ended =
      [count = counters, expiry = expiry, observe = handshake_ended,
       next = std::move(options->handshake_ended)](const ssl::Socket& socket,
                                                   const absl::Status& status) {
        if (!status.ok()) {
          count->HandshakeFailed(socket.side(), status);
        } else if (const auto version = socket.version()) {
          CompletedHandshake completed;
          completed.side = socket.side();
          completed.version = *version;
          completed.resumed = socket.session_reused();
          completed.group = socket.group();
          completed.ech = socket.ech();
          completed.duration = socket.handshake_duration();
          count->HandshakeSucceeded(completed);
        }
        expiry->Poll();
        if (observe != nullptr) observe(socket, status);
        if (next != nullptr) next(socket, status);
      };
}

}  // namespace airlock::platform
