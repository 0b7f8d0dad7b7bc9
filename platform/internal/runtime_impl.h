// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The implementation of platform/runtime.h.
#ifndef AIRLOCK_PLATFORM_INTERNAL_RUNTIME_IMPL_H_
#define AIRLOCK_PLATFORM_INTERNAL_RUNTIME_IMPL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "config/app_yaml.h"
#include "config/environment.h"
#include "config/policy.h"
#include "platform/apply_policy.h"
#include "platform/counters.h"
#include "platform/host.h"
#include "platform/internal/context_cache.h"
#include "platform/internal/decider.h"
#include "platform/internal/expiry_watch.h"
#include "platform/internal/known_decisions.h"
#include "platform/internal/live_sources.h"
#include "platform/internal/live_trust.h"
#include "platform/internal/policy_keeper.h"
#include "platform/internal/shared_contexts.h"
#include "platform/internal/trust_cache.h"
#include "platform/runtime.h"
#include "platform/wrap_options.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "ssl/revocation.h"
#include "ssl/trust_store.h"

namespace airlock::platform {
namespace internal {

inline ssl::Side SideOf(const WrapOptions& options) {
  return options.server_side ? ssl::Side::kServer : ssl::Side::kClient;
}

}  // namespace internal

// Not movable: its parts hold each other's addresses.
struct Runtime::Impl {
  Impl(std::shared_ptr<Host> the_host, config::Environment the_environment,
       std::optional<config::AppYaml> the_app, RuntimeOptions options);

  using Policy = config::VerificationPolicy;

  // What `options` ask for, and this Runtime's own key log.
  VerificationRequest RequestOf(const WrapOptions& options) const;

  // What `in_force` decides about `options`, audited; sets `judged`.
  absl::StatusOr<std::shared_ptr<const internal::WrapDecision>> Decide(
      const std::shared_ptr<const Policy>& in_force, const WrapOptions& options,
      internal::JudgedBundle* judged);

  // The rule for a live bundle about which `later`, in the decision about
  // `request`, decides.
  internal::LiveRule RuleFor(const PolicyRefusal& later, bool checks_crls,
                             const VerificationRequest& request,
                             const std::string& call_site) const;

  // Sets the fields of `options` that the policy decides.
  static void ApplyDecision(ssl::Side side,
                            const VerificationDecision& decision,
                            std::shared_ptr<const ssl::TrustStore> trust_store,
                            ssl::ContextOptions* options);
  // After the policy may have changed.
  void ApplyExpiryWarning() const {
    expiry->SetLimit(policy.policy()->expiry_warning.value);
  }
  // After a new Context was made.
  void Made(const std::shared_ptr<const ssl::Context>& context) {
    expiry->Add(context);
    live_sources.Add(context->options());
  }
  // Sets the options that all Contexts of this Runtime share.
  void Complete(ssl::ContextOptions* options) const;

  const std::shared_ptr<Host> given_host;
  const std::shared_ptr<Host> host;  // The same, guarded.
  // Contexts whose bundle is live share it.
  const std::shared_ptr<internal::TrustCache> trust;
  internal::LiveTrust live_trust;
  internal::LiveSources live_sources;
  internal::PolicyKeeper policy;
  internal::KnownDecisions decisions;
  internal::ContextCache contexts;
  internal::SharedContexts shared_contexts;
  // Sockets and Contexts may outlive the Runtime.
  const std::shared_ptr<CounterSet> counters;
  const std::shared_ptr<internal::ExpiryWatch> expiry;
  internal::Decider decider;
  // Of RuntimeOptions.
  const decltype(RuntimeOptions::message) message;
  const decltype(RuntimeOptions::keylog) keylog;
  const decltype(RuntimeOptions::handshake_ended) handshake_ended;
  const ssl::RevocationCallback revocation;
  const bool accept_unknown_revocation;
  const std::function<uint64_t()> audit_lost;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_INTERNAL_RUNTIME_IMPL_H_
