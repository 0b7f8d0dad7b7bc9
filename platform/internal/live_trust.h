// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// CA bundles that a handshake looks at again.
#ifndef AIRLOCK_PLATFORM_INTERNAL_LIVE_TRUST_H_
#define AIRLOCK_PLATFORM_INTERNAL_LIVE_TRUST_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "config/policy.h"
#include "platform/host.h"
#include "platform/internal/trust_cache.h"
#include "platform/wrap_options.h"
#include "ssl/options.h"
#include "ssl/trust_source.h"

namespace airlock::platform::internal {

// Ok unless options of a Runtime's caller have a bundle that could not be live
// although it `is_live`, or a trust_source: the policy decides about bundles.
absl::Status CheckBundle(const ssl::ContextOptions& options, bool is_live);

// What a policy says of an application's live bundle that comes to exceed the
// default one; see TrustCache::ExceedsDefault.
struct LiveRule {
  std::string key;  // The same for the same rule of any Context.
  bool checks_crls = false;
  // Why the bundle does not take effect; ok if it does.
  absl::Status refusal;
  std::function<void()> audit;  // Never null.
};

// The live bundles of a Runtime, one for each place and rule. Thread-safe.
class LiveTrust {
 public:
  LiveTrust(std::shared_ptr<Host> host, std::shared_ptr<TrustCache> cache)
      : host_(std::move(host)), cache_(std::move(cache)) {}

  // The source for the bundle at `ca_certs`, or if that is unset, for that of
  // `policy`, or the system's, with what is there now. At most once a second, a
  // handshake that begins looks for changed files, and takes what it finds if
  // all of it can be read. Otherwise the old bundle stays in force; the host
  // logs the first error and each other one after it. A file that has just been
  // written may be incomplete, so a look waits for the next one.
  //
  // `first` is what is there now, if that was judged; else it is null. `rule`
  // judges what comes later: what it refuses is an error like the others, and
  // is audited once. Contexts with equal rules share a source, whose audit is
  // that of the first.
  //
  // Errors: those of TrustCache; kInvalidArgument if `ca_certs` is not a path.
  absl::StatusOr<std::shared_ptr<ssl::TrustSource>> Find(
      CaCerts ca_certs, const config::VerificationPolicy& policy,
      TrustStorePtr first, std::optional<LiveRule> rule);

 private:
  // A path with what belongs to it, and the rule's key.
  using Place = std::tuple<std::string, bool, std::string, std::string>;

  const std::shared_ptr<Host> host_;
  const std::shared_ptr<TrustCache> cache_;
  absl::Mutex mutex_;
  // As long as a Context has one.
  std::map<Place, std::weak_ptr<ssl::TrustSource>> known_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_LIVE_TRUST_H_
