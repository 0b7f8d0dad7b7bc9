// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/server.h"

#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/http/server/internal/server_loop.h"
#include "platform/http/server/internal/server_shared.h"
#include "ssl/error.h"

namespace airlock::http {

struct Server::Impl {
  explicit Impl(ServerOptions options) : shared(std::move(options)) {}

  internal::ServerShared shared;
  std::vector<std::unique_ptr<internal::ServerLoop>> loops;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

absl::StatusOr<std::unique_ptr<Server>> Server::Create(ServerOptions options) {
  if (options.context == nullptr || options.loops == 0 ||
      options.limits.max_connections == 0 ||
      (options.late.fd >= 0 && options.late.dispatch == nullptr)) {
    return ssl::MakeStatus(
        ssl::ErrorKind::kInvalidArgument,
        "a server needs a context, at least one loop, room for at least one "
        "connection, and a function that takes late answers if it waits for "
        "them");
  }
  auto impl = std::make_unique<Impl>(std::move(options));
  const absl::Status made = impl->shared.Renew();
  if (!made.ok()) return made;
  for (size_t i = 0; i < impl->shared.options().loops; ++i) {
    auto loop = internal::ServerLoop::Create(impl->shared);
    if (!loop.ok()) return loop.status();
    impl->loops.push_back(*std::move(loop));
  }
  const LateAnswers& late = impl->shared.options().late;
  if (late.fd >= 0) {
    const absl::Status watched =
        impl->loops[0]->WatchLate(late.fd, [all = impl.get()] {
          all->shared.options().late.dispatch();
          for (const auto& loop : all->loops) loop->RetryLate();
        });
    if (!watched.ok()) return watched;
  }
  // Not make_unique: the constructor is private.
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

absl::Status Server::Run(const platform::TcpListener& listener) {
  std::vector<absl::Status> results(impl_->loops.size());
  std::vector<std::thread> threads;
  absl::Status started;
  for (size_t i = 1; i < impl_->loops.size() && started.ok(); ++i) {
    try {
      threads.emplace_back([this, &listener, result = &results[i], i] {
        *result = impl_->loops[i]->Run(listener);
        // A loop that failed would leave clients waiting.
        if (!result->ok()) Stop();
      });
    } catch (const std::system_error& error) {
      started = absl::UnavailableError(
          absl::StrCat("cannot start a thread: ", error.what()));
      Stop();
    }
  }
  results[0] = impl_->loops[0]->Run(listener);
  if (!results[0].ok()) Stop();
  for (std::thread& thread : threads) thread.join();
  if (!started.ok()) return started;
  for (const absl::Status& result : results) {
    if (!result.ok()) return result;
  }
  return absl::OkStatus();
}

void Server::Stop() {
  for (const auto& loop : impl_->loops) loop->Stop();
}

void Server::Reload() { impl_->shared.Renew().IgnoreError(); }

ServerStats Server::stats() const { return impl_->shared.stats().Read(); }

}  // namespace airlock::http
