// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// ApplyPolicy with what it takes beside the policy, and the audit of it.
#ifndef AIRLOCK_PLATFORM_INTERNAL_DECIDER_H_
#define AIRLOCK_PLATFORM_INTERNAL_DECIDER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "config/policy.h"
#include "platform/apply_policy.h"
#include "platform/audit.h"
#include "platform/host.h"
#include "platform/internal/sites_seen.h"
#include "platform/internal/trust_cache.h"
#include "platform/wrap_options.h"
#include "ssl/trust_store.h"

namespace airlock::platform::internal {

// Decides for one Runtime. Each call is handed the policy that is in force for
// it, and reads no other. Thread-safe.
class Decider {
 public:
  using Policy = config::VerificationPolicy;

  // `trust` must outlive this. Without an audit (null), the log gets what was
  // made stricter, and what was allowed but is worth knowing.
  Decider(std::shared_ptr<Host> host, TrustCache* trust, AuditSink audit,
          const AuditLimits& limits);

  // The certificates that `ca_certs` stands for; where it is unset, the
  // policy's bundle, or else the system's.
  absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> LoadCaCerts(
      const CaCerts& ca_certs, const Policy& in_force);

  // ApplyPolicy, with `in_force` for the host that `request` names, to a call
  // that brings `ca_certs`. Sets `refusal` as it does.
  absl::StatusOr<VerificationDecision> Decide(const Policy& in_force,
                                              VerificationRequest request,
                                              const CaCerts& ca_certs,
                                              PolicyChange* refusal);

  // The same, audited.
  absl::StatusOr<VerificationDecision> DecideAudited(
      const Policy& in_force, const VerificationRequest& request,
      const CaCerts& ca_certs, const std::string& call_site);

  // Tells log and audit, once for each call site, of a client that verifies
  // nothing without having asked for that.
  void NoteUnverified(const Policy& in_force, const std::string& host,
                      const std::string& call_site);

  // For which names a client may use a Context that was made for `host`, or for
  // none in particular: ssl::ContextOptions' hostname_allowed. What the policy
  // grants for one host holds for no other, and where it has pins for a host, a
  // Context that does not know them does not reach it.
  std::function<absl::Status(absl::string_view)> HostnameRule(
      std::shared_ptr<const Policy> in_force,
      const absl::optional<std::string>& host,
      const std::string& call_site) const;

  void Audit(AuditEvent::Action action, const PolicyChange& change,
             const VerificationRequest& request, const std::string& call_site);

  // Sockets and Contexts may outlive the Runtime, and keep this.
  const std::shared_ptr<Auditor>& auditor() const { return auditor_; }

 private:
  // Whether `ca_certs` has CAs that neither `bundle`, which may be unset, nor
  // the bundle for those who name none has.
  bool BringsOthers(const CaCerts& ca_certs, const CaCerts& bundle,
                    const Policy& in_force);

  const std::shared_ptr<Host> host_;
  TrustCache* const trust_;
  const std::shared_ptr<Auditor> auditor_;
  SitesSeen unverified_;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_DECIDER_H_
