// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/credentials/credential_files.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "platform/fork_guard.h"
#include "platform/internal/settled.h"
#include "ssl/certificate.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/shown.h"

namespace airlock::platform {
namespace {

using CredentialsPtr = std::shared_ptr<const ssl::Credentials>;
using Set = ssl::CredentialSource::Set;

// How often to read files of which one changes meanwhile.
constexpr int kReadAttempts = 3;

struct NamesInDirectory {
  absl::string_view certfile;
  absl::string_view keyfile;
};
constexpr NamesInDirectory kNamesInDirectory[] = {
    {"tls.crt", "tls.key"},
    {"fullchain.pem", "privkey.pem"},
    {"cert.pem", "key.pem"},
};

// The files of a pair: `paths` itself, or those in its directory.
absl::StatusOr<CredentialPaths> Resolve(Host* host,
                                        const CredentialPaths& paths) {
  if (!paths.keyfile.empty() || paths.make != nullptr) return paths;
  const auto place = host->Stat(paths.certfile);
  if (!place.ok()) return place.status();
  if (place->type != FileType::kDirectory) return paths;
  CredentialPaths found = paths;
  for (const NamesInDirectory& names : kNamesInDirectory) {
    found.certfile = absl::StrCat(paths.certfile, "/", names.certfile);
    found.keyfile = absl::StrCat(paths.certfile, "/", names.keyfile);
    const auto file = host->Stat(found.certfile);
    if (file.ok()) return found;
    if (file.status().code() != absl::StatusCode::kNotFound) {
      return file.status();
    }
  }
  return ssl::MakeStatus(
      ssl::ErrorKind::kCredentials,
      ssl::ErrorParts{
          ssl::ShownPath(paths.certfile),
          "the directory contains no tls.crt, fullchain.pem or "
          "cert.pem",
          "name the file of the certificate, and that of its key."});
}

// The state of the files, without their content.
struct Seen {
  std::vector<CredentialPaths> pairs;
  std::vector<FileIdentity> files;
  bool settled = true;  // A later change would show.
};

absl::StatusOr<Seen> Look(Host* host,
                          const std::vector<CredentialPaths>& wanted) {
  Seen seen;
  const absl::Time now = host->Now();
  for (const CredentialPaths& paths : wanted) {
    auto resolved = Resolve(host, paths);
    if (!resolved.ok()) return resolved.status();
    for (const std::string& path : {resolved->certfile, resolved->keyfile}) {
      if (path.empty()) continue;
      const auto status = host->Stat(path);
      if (!status.ok()) return status.status();
      seen.files.push_back(status->identity);
      seen.settled = seen.settled && internal::IsSettled(status->identity, now);
    }
    seen.pairs.push_back(*std::move(resolved));
  }
  return seen;
}

absl::StatusOr<ssl::Secret> ReadFile(Host* host, const std::string& path,
                                     std::vector<FileIdentity>* files) {
  auto content = host->ReadFile(path);
  if (!content.ok()) return content.status();
  const ssl::ScopedWipe wipe(&content->bytes);
  files->push_back(content->identity);
  return ssl::Secret(content->bytes);
}

absl::StatusOr<CredentialsPtr> ReadPair(Host* host,
                                        const CredentialPaths& paths,
                                        std::vector<FileIdentity>* files) {
  auto certfile = ReadFile(host, paths.certfile, files);
  if (!certfile.ok()) return certfile.status();
  if (paths.make != nullptr) {
    auto made = ssl::Guarded("make callback", [&] {
      return paths.make(*std::move(certfile), paths.certfile);
    });
    if (made.ok() && *made == nullptr) {
      return absl::InternalError("the make callback returned null");
    }
    return made;
  }
  ssl::CredentialsOptions options;
  options.certfile = *std::move(certfile);
  options.certfile_name = paths.certfile;
  options.password = paths.password;
  if (!paths.keyfile.empty()) {
    auto keyfile = ReadFile(host, paths.keyfile, files);
    if (!keyfile.ok()) return keyfile.status();
    options.keyfile = *std::move(keyfile);
    options.keyfile_name = paths.keyfile;
  }
  return ssl::Credentials::Create(std::move(options));
}

// Whether the two present the same. The public key, and so the private one, is
// in the certificate.
bool SameChains(const Set& a, const Set& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i]->chain() != b[i]->chain()) return false;
  }
  return true;
}

absl::Status CheckOptions(const CredentialFilesOptions& options) {
  if (options.pairs.empty()) {
    return ssl::MakeStatus(ssl::ErrorKind::kInvalidArgument,
                           ssl::ErrorParts{"pairs", "there are none",
                                           "name a certificate and its key."});
  }
  for (const CredentialPaths& paths : options.pairs) {
    if (paths.keyfile.empty() || paths.make == nullptr) continue;
    return ssl::MakeStatus(ssl::ErrorKind::kInvalidArgument,
                           ssl::ErrorParts{"keyfile", "make is set as well",
                                           "leave one of them out."});
  }
  if (options.check_interval >= absl::ZeroDuration()) return absl::OkStatus();
  return ssl::MakeStatus(
      ssl::ErrorKind::kInvalidArgument,
      ssl::ErrorParts{"check_interval", "is negative", "use a time from 0."});
}

}  // namespace

class CredentialFiles::Watcher {
 public:
  Watcher(std::shared_ptr<Host> host, CredentialFilesOptions options)
      : host_(std::move(host)), options_(std::move(options)) {}

  absl::StatusOr<Set> Read() {
    const Turn turn(this, /*waits=*/true);
    NoteCheck(host_->Now());
    auto seen = Look(host_.get(), options_.pairs);
    if (!seen.ok()) return seen.status();
    return ReadAll(*std::move(seen));
  }

  // What a handshake does.
  void Poll(ssl::CredentialSource* source) {
    const absl::Time now = host_->Now();
    if (!IsDue(now)) return;
    const Turn turn(this, /*waits=*/false);
    if (!turn.taken()) return;  // Another thread is at it.
    if (!IsDue(now)) return;
    NoteCheck(now);
    // The source has noted the result.
    Update(source, now, /*at_once=*/false).IgnoreError();
  }

  absl::Status Refresh(ssl::CredentialSource* source) {
    const Turn turn(this, /*waits=*/true);
    const absl::Time now = host_->Now();
    NoteCheck(now);
    return Update(source, now, /*at_once=*/true);
  }

  void Tell(const ssl::CredentialSourceState& state) const {
    if (state.error.ok()) {
      Log(absl::LogSeverity::kInfo,
          absl::StrCat("New connections use what is now in ",
                       ssl::ShownPath(options_.pairs.front().certfile),
                       " (generation ", state.generation, "); it expires on ",
                       absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", state.expires,
                                        absl::UTCTimeZone()),
                       "."));
      return;
    }
    Log(absl::LogSeverity::kError,
        absl::StrCat("The old certificate stays in use: ",
                     state.error.message()));
  }

 private:
  // The right to look at the files. Not a lock: `make` may wait, and a child
  // that is forked meanwhile would have the lock held for ever.
  class Turn {
   public:
    Turn(Watcher* watcher, bool waits) : watcher_(watcher) {
      const absl::MutexLock lock(&watcher->mutex_);
      if (waits) {
        watcher->mutex_.Await(absl::Condition(watcher, &Watcher::IsFree));
      }
      taken_ = watcher->IsFree();
      if (taken_) watcher->process_ = ForkGeneration();
    }
    ~Turn() {
      if (!taken_) return;
      const absl::MutexLock lock(&watcher_->mutex_);
      watcher_->process_.reset();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool taken() const { return taken_; }

   private:
    Watcher* const watcher_;
    bool taken_ = false;
  };

  bool IsFree() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return process_ != ForkGeneration();
  }

  void Log(absl::LogSeverity severity, absl::string_view text) const {
    if (options_.log != nullptr) {
      options_.log(severity, text);
    } else {
      host_->Log(severity, text);
    }
  }

  // A clock that was set back does not delay the next look.
  bool IsDue(absl::Time now) const {
    const absl::Duration since =
        now - absl::FromUnixNanos(checked_ns_.load(std::memory_order_relaxed));
    return options_.check_interval != absl::InfiniteDuration() &&
           (since >= options_.check_interval || since < absl::ZeroDuration());
  }

  void NoteCheck(absl::Time now) {
    checked_ns_.store(absl::ToUnixNanos(now), std::memory_order_relaxed);
  }

  // Reads the files that were just seen; again if they are others then.
  absl::StatusOr<Set> ReadAll(Seen seen) {
    taken_.reset();
    for (int i = 0; i < kReadAttempts; ++i) {
      std::vector<FileIdentity> files;
      Set set;
      absl::Status failure;
      for (const CredentialPaths& paths : seen.pairs) {
        auto made = ReadPair(host_.get(), paths, &files);
        if (!made.ok()) {
          failure = made.status();
          break;
        }
        set.push_back(*std::move(made));
      }
      auto after = Look(host_.get(), options_.pairs);
      if (!after.ok()) return after.status();
      const bool stable =
          after->files == seen.files && (!failure.ok() || files == seen.files);
      if (stable && !failure.ok()) return failure;
      if (stable) {
        if (seen.settled) taken_ = std::move(seen.files);
        return set;
      }
      seen = *std::move(after);
    }
    return ssl::MakeStatus(
        ssl::ErrorKind::kCredentials,
        absl::StrCat(ssl::ShownPath(options_.pairs.front().certfile),
                     ": the files change while they are read."));
  }

  absl::Status Update(ssl::CredentialSource* source, absl::Time now,
                      bool at_once) {
    auto seen = Look(host_.get(), options_.pairs);
    if (seen.ok() && seen->files == taken_) return absl::OkStatus();
    if (seen.ok() && !seen->settled && !at_once && !waited_) {
      waited_ = true;
      return absl::OkStatus();
    }
    waited_ = false;
    auto set = seen.ok() ? ReadAll(*std::move(seen)) : seen.status();
    if (!set.ok()) {
      taken_.reset();
      source->Fail(set.status());
      return set.status();
    }
    // Files that were only touched, or read before they had settled.
    if (source->state().error.ok() && SameChains(*set, *source->current())) {
      return absl::OkStatus();
    }
    const absl::Status updated = source->Update(*std::move(set), now);
    if (!updated.ok()) taken_.reset();
    return updated;
  }

  const std::shared_ptr<Host> host_;
  const CredentialFilesOptions options_;
  std::atomic<int64_t> checked_ns_{0};
  absl::Mutex mutex_;
  // The ForkGeneration of the thread whose turn it is; unset: it is free.
  std::optional<uint64_t> process_ ABSL_GUARDED_BY(mutex_);
  // These two belong to the thread whose turn it is. The files whose content is
  // in force; unset: read them in any case.
  std::optional<std::vector<FileIdentity>> taken_;
  // Whether the last look waited for the files to settle.
  bool waited_ = false;
};

CredentialFiles::CredentialFiles(std::shared_ptr<Watcher> watcher,
                                 std::shared_ptr<ssl::CredentialSource> source)
    : watcher_(std::move(watcher)), source_(std::move(source)) {}

CredentialFiles::~CredentialFiles() = default;

absl::StatusOr<std::unique_ptr<CredentialFiles>> CredentialFiles::Create(
    std::shared_ptr<Host> host, CredentialFilesOptions options) {
  const absl::Status checked = CheckOptions(options);
  if (!checked.ok()) return checked;
  auto watcher = std::make_shared<Watcher>(std::move(host), std::move(options));
  auto set = watcher->Read();
  if (!set.ok()) return set.status();
  ssl::CredentialSourceOptions source_options;
  source_options.refresh = [watcher](ssl::CredentialSource* source) {
    watcher->Poll(source);
  };
  source_options.changed = [watcher](const ssl::CredentialSourceState& state) {
    watcher->Tell(state);
  };
  auto source =
      ssl::CredentialSource::Create(*std::move(set), std::move(source_options));
  if (!source.ok()) return source.status();
  return std::unique_ptr<CredentialFiles>(
      new CredentialFiles(std::move(watcher), *std::move(source)));
}

absl::Status CredentialFiles::Refresh() {
  return watcher_->Refresh(source_.get());
}

}  // namespace airlock::platform
