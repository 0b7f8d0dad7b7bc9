// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Calls ApplyPolicy with the inputs that it needs, and audits the result.
#ifndef AIRLOCK_PLATFORM_INTERNAL_DECIDER_H_
#define AIRLOCK_PLATFORM_INTERNAL_DECIDER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/policy.h"
#include "platform/apply_policy.h"
#include "platform/audit.h"
#include "platform/host.h"
#include "platform/internal/shared_cache.h"
#include "platform/internal/sites_seen.h"
#include "platform/internal/trust_cache.h"
#include "platform/wrap_options.h"
#include "ssl/spiffe_peers.h"
#include "ssl/trust_store.h"

namespace airlock::platform::internal {

// The bundle of an application, as it was judged.
struct JudgedBundle {
  // To be used in place of the bundle, which may have changed since. Null if
  // it was not judged, or could not be read.
  TrustStorePtr store;
  bool checks_crls = false;  // Whether the policy makes a client check CRLs.
};

// Decides for one Runtime. Each call gets the policy to use, and reads no
// other. Thread-safe.
class Decider {
 public:
  using Policy = config::VerificationPolicy;

  // `trust` must outlive this. If `audit` is null, the log gets the upgrades
  // and the audited permissions.
  Decider(std::shared_ptr<Host> host, TrustCache* trust, AuditSink audit,
          const AuditLimits& limits);

  // The certificates of `ca_certs`; if it is unset, the policy's bundle or,
  // without one, the system's.
  absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> LoadCaCerts(
      const CaCerts& ca_certs, const Policy& in_force);

  // ApplyPolicy with the policy `in_force` for the host of `request`, for a
  // call with `ca_certs`. Sets `refusal` like ApplyPolicy, `judged` unless it
  // is null, and verification.spiffe if the policy has SPIFFE IDs. With
  // exceptions, a client whose server_hostname is not
  // config::HostPattern::IsHost is an error (kInvalidArgument).
  absl::StatusOr<VerificationDecision> Decide(
      const Policy& in_force, const VerificationRequest& request,
      const CaCerts& ca_certs, PolicyChange* refusal, JudgedBundle* judged);

  // Whether Decide with these depends on nothing but the request, of whose
  // server_hostname only on whether there is one, and on whether `ca_certs` is
  // set: not on a date or the content of a file.
  static bool DependsOnRequestAlone(const Policy& in_force,
                                    const CaCerts& ca_certs);

  // Finds where the application made the call. Used only if it is audited.
  using CallSite = absl::FunctionRef<std::string()>;

  // The same, audited.
  absl::StatusOr<VerificationDecision> DecideAudited(
      const Policy& in_force, const VerificationRequest& request,
      const CaCerts& ca_certs, CallSite call_site, JudgedBundle* judged);

  // Reports to log and audit, once for each call site, that a client verifies
  // nothing although it did not ask for that.
  void NoteUnverified(const Policy& in_force, const std::string& host,
                      const std::string& call_site);

  // The names that a client may use with a Context that was made for `host`, or
  // for no particular host: ssl::ContextOptions' hostname_allowed. An exception
  // for one host does not apply to others, and if the policy has pins for a
  // host, only a Context with these pins may connect to it. The same holds for
  // SPIFFE IDs. What Decide refuses as a host is refused here, too.
  std::function<absl::Status(absl::string_view)> HostnameRule(
      std::shared_ptr<const Policy> in_force,
      const std::optional<std::string>& host, CallSite call_site) const;

  void Audit(AuditEvent::Action action, const PolicyChange& change,
             const VerificationRequest& request, CallSite call_site);

  // Clears the cache of SPIFFE peers.
  void ClearCache() { spiffe_.Clear(); }

  // Sockets and Contexts may outlive the Runtime, and share this.
  const std::shared_ptr<Auditor>& auditor() const { return auditor_; }

 private:
  // Whether a client with `ca_certs` may accept more than with the system's
  // bundle; or, if the policy's CAs take their place, which are those of
  // `bundle` or of SPIFFE IDs: whether it has CAs that are neither in `bundle`
  // nor in the default bundle. Sets judged->store.
  bool BringsOthers(const CaCerts& ca_certs, const CaCerts& bundle, bool spiffe,
                    const Policy& in_force, JudgedBundle* judged);

  // Loads the policy's SPIFFE IDs and the bundles of their trust domains, if
  // there are any.
  absl::Status LoadSpiffe(VerificationDecision* decision);

  const std::shared_ptr<Host> host_;
  TrustCache* const trust_;
  // The verdicts about peers belong to the SpiffePeers, so equal ones are
  // shared.
  SharedCache<const ssl::SpiffePeers> spiffe_;
  const std::shared_ptr<Auditor> auditor_;
  SitesSeen unverified_;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_DECIDER_H_
