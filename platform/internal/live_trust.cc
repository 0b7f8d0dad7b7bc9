// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/live_trust.h"

#include <atomic>
#include <cstdint>
#include <iterator>
#include <utility>
#include <variant>

#include "absl/base/log_severity.h"
#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "platform/internal/settled.h"
#include "ssl/error.h"
#include "ssl/trust_store.h"

namespace airlock::platform::internal {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

class Watcher {
 public:
  Watcher(std::shared_ptr<Host> host, std::shared_ptr<TrustCache> cache,
          const CaCerts& ca_certs, std::optional<LiveRule> rule)
      : host_(std::move(host)),
        cache_(std::move(cache)),
        rule_(std::move(rule)) {
    if (const auto* path = std::get_if<CaPath>(&ca_certs)) path_ = *path;
    NoteLook(host_->Now());
  }

  absl::StatusOr<TrustStorePtr> Load() const {
    return path_.path.empty()
               ? cache_->Default()
               : cache_->FromPath(path_.path, path_.must_be_trusted,
                                  path_.argument);
  }

  void Poll(ssl::TrustSource* source) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const absl::Time now = host_->Now();
    if (!IsDue(now)) return;
    if (!mutex_.TryLock()) return;  // Another thread is at it.
    const absl::Cleanup unlock = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      mutex_.Unlock();
    };
    if (!IsDue(now)) return;
    NoteLook(now);
    if (Waits(now)) return;
    absl::StatusOr<TrustStorePtr> store = Load();
    const absl::Status status =
        store.ok() ? Judge(**store, *source->current()) : store.status();
    if (!status.ok()) {
      source->Fail(status);
      return;
    }
    // It is not null.
    source->Update(*std::move(store), now).IgnoreError();
  }

  void Tell(const ssl::TrustSourceState& state) const {
    // The cache has logged a change.
    if (state.error.ok()) return;
    host_->Log(absl::LogSeverity::kError,
               absl::StrCat("The old CA bundle stays in use: ",
                            state.error.message()));
  }

 private:
  // A clock that was set back does not delay the next look.
  bool IsDue(absl::Time now) const {
    const absl::Duration since =
        now - absl::FromUnixNanos(looked_ns_.load(std::memory_order_relaxed));
    return since >= kInterval || since < absl::ZeroDuration();
  }

  void NoteLook(absl::Time now) {
    looked_ns_.store(absl::ToUnixNanos(now), std::memory_order_relaxed);
  }

  // Whether the file was written a moment ago, and the last look did not wait.
  bool Waits(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool waited = std::exchange(waited_, false);
    if (path_.path.empty() || waited) return false;
    const absl::StatusOr<FileStatus> status = host_->Stat(path_.path);
    waited_ = status.ok() && !IsSettled(status->identity, now);
    return waited_;
  }

  // Whether `store` may replace `current`. The default bundle may have changed,
  // so what was refused is judged again at each look.
  absl::Status Judge(const ssl::TrustStore& store,
                     const ssl::TrustStore& current)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!rule_.has_value() || store.content_hash() == current.content_hash() ||
        !cache_->ExceedsDefault(store, rule_->checks_crls)) {
      audited_.clear();
      return absl::OkStatus();
    }
    if (audited_ != store.content_hash()) {
      audited_ = store.content_hash();
      rule_->audit();
    }
    return rule_->refusal;
  }

  const std::shared_ptr<Host> host_;
  const std::shared_ptr<TrustCache> cache_;
  const std::optional<LiveRule> rule_;
  CaPath path_;  // Without a path: the system's bundle.
  std::atomic<int64_t> looked_ns_{0};
  absl::Mutex mutex_;
  bool waited_ ABSL_GUARDED_BY(mutex_) = false;
  // The content_hash of what was judged last, if it was audited.
  std::string audited_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::Status CheckBundle(const ssl::ContextOptions& options, bool is_live) {
  if (options.trust_source != nullptr) {
    return ssl::MakeStatus(
        ssl::ErrorKind::kInvalidArgument,
        ssl::ErrorParts{"trust_source",
                        "is for contexts without a Runtime, whose policy "
                        "decides about the bundle",
                        "set live_ca_certs."});
  }
  if (!is_live || options.trust_store == nullptr) return absl::OkStatus();
  return ssl::MakeStatus(
      ssl::ErrorKind::kInvalidArgument,
      ssl::ErrorParts{"live_ca_certs", "is set, and so is the bundle itself",
                      "leave one of them out."});
}

absl::StatusOr<std::shared_ptr<ssl::TrustSource>> LiveTrust::Find(
    CaCerts ca_certs, const config::VerificationPolicy& policy,
    TrustStorePtr first, std::optional<LiveRule> rule) {
  if (!IsGiven(ca_certs) && policy.ca_certs.value.has_value()) {
    ca_certs = CaPath{*policy.ca_certs.value, /*must_be_trusted=*/true};
  }
  if (IsGiven(ca_certs) && std::get_if<CaPath>(&ca_certs) == nullptr) {
    return ssl::MakeStatus(
        ssl::ErrorKind::kInvalidArgument,
        ssl::ErrorParts{"live_ca_certs",
                        "is set, but the CA bundle is not a path, so it cannot "
                        "change",
                        "pass a path, or leave it out."});
  }
  Place place;
  if (const auto* path = std::get_if<CaPath>(&ca_certs)) {
    place = {path->path, path->must_be_trusted, path->argument,
             rule.has_value() ? rule->key : ""};
  }
  const auto watcher =
      std::make_shared<Watcher>(host_, cache_, ca_certs, std::move(rule));
  if (first == nullptr) {
    absl::StatusOr<TrustStorePtr> loaded = watcher->Load();
    if (!loaded.ok()) return loaded.status();
    first = *std::move(loaded);
  }
  std::shared_ptr<ssl::TrustSource> source;
  {
    const absl::MutexLock lock(&mutex_);
    const auto known = known_.find(place);
    if (known != known_.end()) source = known->second.lock();
    if (source == nullptr) {
      ssl::TrustSourceOptions options;
      options.refresh = [watcher](ssl::TrustSource* of) { watcher->Poll(of); };
      options.changed = [watcher](const ssl::TrustSourceState& state) {
        watcher->Tell(state);
      };
      // It is not null.
      source = *ssl::TrustSource::Create(std::move(first), std::move(options));
      for (auto it = known_.begin(); it != known_.end();) {
        it = it->second.expired() ? known_.erase(it) : std::next(it);
      }
      known_[std::move(place)] = source;
      return source;
    }
  }
  source->Update(std::move(first), host_->Now()).IgnoreError();
  return source;
}

}  // namespace airlock::platform::internal
